"""Pages of finders. Whoever knows a thread's address may read it."""

from django.urls import path

from advisories.views import embargo_finders, reporting

app_name = "reports"
urlpatterns = [
    path("", reporting.report, name="report"),
    path("<slug:token>/", reporting.thread, name="thread"),
    path("<slug:token>/credit", reporting.credit, name="credit"),
    path("<slug:token>/dates", embargo_finders.propose, name="propose_end"),
    path("<slug:token>/dates/<int:pk>/answer", embargo_finders.answer, name="answer_end"),
    path("<slug:token>/dates/<int:pk>/withdraw", embargo_finders.withdraw, name="withdraw_end"),
    path("<slug:token>/consent", embargo_finders.consent, name="consent"),
    path("<slug:token>/files/<int:place>/<str:name>", reporting.file, name="file"),
]
