"""Pages of the release desk."""

from django.urls import URLPattern, path

from accounts.doors import by_method
from releases.views import desk, desk_dates, desk_early, desk_release

urlpatterns: list[URLPattern] = [
    path("", desk.desk, name="desk"),
    path("plan", by_method(get=desk.ask_plan, post=desk.plan), name="plan"),
    path("advisories/<int:number>/end-early", by_method(get=desk_early.ask_end_alone, post=desk_early.end_alone),
         name="end_alone"),
    path("<int:pk>/", desk.batch, name="batch"),
    path("<int:pk>/add", desk_dates.join, name="join_batch"),
    path("<int:pk>/remove/<int:number>", desk_dates.leave, name="leave_batch"),
    path("<int:pk>/move", by_method(get=desk_dates.ask_move, post=desk_dates.move), name="move_batch"),
    path("<int:pk>/split", by_method(get=desk_dates.ask_split, post=desk_dates.split), name="split_batch"),
    path("<int:pk>/cancel", by_method(get=desk_dates.ask_cancel, post=desk_dates.cancel), name="cancel_batch"),
    path("<int:pk>/freeze", by_method(get=desk_release.ask_freeze, post=desk_release.freeze), name="freeze_batch"),
    path("<int:pk>/open", desk_release.open_again, name="open_batch"),
    path("<int:pk>/pre-disclose", by_method(get=desk_release.ask_predisclose, post=desk_release.predisclose),
         name="predisclose"),
    path("<int:pk>/approve", by_method(get=desk_release.ask_approve, post=desk_release.approve), name="approve"),
    path("<int:pk>/withdraw", desk_release.withdraw, name="withdraw_approval"),
    path("<int:pk>/override/<int:number>", by_method(get=desk_release.ask_override, post=desk_release.override),
         name="override"),
    path("<int:pk>/steps/<int:step>/again", desk_release.try_step, name="try_step"),
    path("<int:pk>/end-early", by_method(get=desk_early.ask_end, post=desk_early.end), name="end_early"),
]  # fmt: skip
