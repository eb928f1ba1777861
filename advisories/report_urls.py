"""Pages of finders. Whoever knows a thread's address may read it."""

from django.urls import path

from advisories.views import reporting

app_name = "reports"
urlpatterns = [
    path("", reporting.report, name="report"),
    path("<slug:token>/", reporting.thread, name="thread"),
    path("<slug:token>/credit", reporting.credit, name="credit"),
    path("<slug:token>/files/<int:pk>/<str:name>", reporting.file, name="file"),
]
