"""Joining the pre-disclosure list: pages for everyone, for applicants, for the team, for members' own things."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import joining, judging, keeping_from, memberships, organisations

app_name = "joining"
urlpatterns = [
    path("", joining.members, name="members"),
    path("apply/", joining.apply, name="apply"),
    path("apply/<slug:token>/", joining.application, name="application"),
    path("apply/<slug:token>/appeal", joining.appeal, name="appeal"),
    path("apply/<slug:token>/withdraw", joining.withdraw, name="withdraw"),
    path("address/<str:token>/", joining.check_address, name="check_address"),
    path("team/", judging.queue, name="queue"),
    path("team/applications/<slug:reference>/", judging.judge, name="judge"),
    path("team/applications/<slug:reference>/note", judging.note, name="note"),
    path("team/applications/<slug:reference>/ask", judging.ask, name="ask"),
    path("team/applications/<slug:reference>/reject", judging.reject, name="reject"),
    path(
        "team/applications/<slug:reference>/accept",
        by_method(get=judging.ask_accept, post=judging.accept),
        name="accept",
    ),
    path(
        "team/members/<int:pk>/<slug:step>",
        by_method(get=memberships.ask_step, post=memberships.take_step),
        name="step",
    ),
    path("team/members/<int:pk>/merge/", by_method(get=memberships.ask_merge, post=memberships.merge), name="merge"),
    path(
        "team/advisories/<int:number>/kept-from/",
        by_method(get=keeping_from.kept_from, post=keeping_from.keep),
        name="kept_from",
    ),
    path("team/advisories/<int:number>/kept-from/<int:pk>/tell", keeping_from.tell_again, name="tell_again"),
    path("organisation/", organisations.own, name="own"),
    path("organisation/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisation/<int:pk>/contacts", organisations.invite, name="invite"),
    path("organisation/<int:pk>/contacts/<int:contact>/end", organisations.end_contact, name="end_contact"),
    path("organisation/<int:pk>/keys", organisations.add_key, name="add_key"),
    path("organisation/<int:pk>/keys/<int:key>/retire", organisations.retire_key, name="retire_key"),
    path("organisation/<int:pk>/address", organisations.change_address, name="change_address"),
    path("organisation/<int:pk>/terms", organisations.accept_terms, name="accept_terms"),
    path("organisation/<int:pk>/confirm", organisations.confirm, name="confirm"),
    path("organisation/<int:pk>/listing", organisations.change_listing, name="change_listing"),
]
