"""Pages of the calendar, and what calendars subscribe to."""

from django.urls import path

from advisories.views import calendar as views

app_name = "calendar"
urlpatterns = [
    path("", views.month, name="month"),
    path("record/", views.record, name="record"),
    path("releases.ics", views.for_readers, name="for_readers"),
    path("team.ics", views.for_the_team, name="for_the_team"),
]
