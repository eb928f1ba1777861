"""Pages on which an advisory is written."""

from django.urls import path

from accounts.doors import by_method, outlives_session
from advisories.views import checklist, describing, numbering, thread, writing

_edit = by_method(get=writing.ask_text, post=writing.edit)
_lines = by_method(get=describing.ask_lines, post=describing.keep_lines)
_number = by_method(get=numbering.ask, post=numbering.act)

urlpatterns = [
    path("<int:number>/edit", outlives_session(_edit, writing.keep_typed), name="edit"),
    path("<int:number>/preview", outlives_session(writing.preview, writing.keep_typed), name="preview"),
    *(path(f"<int:number>/{what}", _lines, {"what": what}, name=what) for what in describing.PAGES),
    *(path(f"<int:number>/{what}", _number, {"what": what}, name=what) for what in numbering.DEEDS),
    path("<int:number>/tick", checklist.tick, name="tick"),
    path("<int:number>/release-kind", checklist.release_kind, name="release_kind"),
    path("<int:number>/thread", outlives_session(thread.comment, thread.keep_typed), name="comment"),
    path("<int:number>/thread/<int:pk>/retract", thread.retract, name="retract"),
    path("<int:number>/thread/files/<int:pk>/<str:name>", thread.file, name="comment_file"),
]
