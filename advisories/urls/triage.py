"""Pages of triage, for the security team."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import triage

app_name = "triage"
urlpatterns = [
    path("", triage.queue, name="queue"),
    path("letters/", triage.letters, name="letters"),
    path("letters/<int:pk>/original.eml", triage.original, name="original"),
    path("<slug:reference>/", triage.report, name="report"),
    path("<slug:reference>/answer", triage.answer, name="answer"),
    path("<slug:reference>/assign", triage.assign, name="assign"),
    path("<slug:reference>/judge", triage.judge, name="judge"),
    path("<slug:reference>/decide", triage.decide, name="decide"),
    path("<slug:reference>/terms", triage.terms, name="terms"),
    path("<slug:reference>/withhold", triage.withhold, name="withhold"),
    path("<slug:reference>/draft", by_method(get=triage.ask_draft, post=triage.draft), name="draft"),
    path("<slug:reference>/link", triage.link, name="link"),
    path("<slug:reference>/opened/<int:pk>/<str:name>", triage.opened_file, name="opened_file"),
    path("<slug:reference>/files/<int:pk>/<str:name>", triage.file, name="file"),
]
