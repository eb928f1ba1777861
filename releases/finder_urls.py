"""The fix as its finder checks it, and sharing it with them; in the namespace of releases."""

from django.urls import path

from accounts.doors import by_method
from releases.views import finders, sharing

_SHARING = "advisories/<int:number>/finders/<slug:reference>/"
_FIX = "report/<slug:token>/fix/"

urlpatterns = [
    path(f"{_SHARING}share", by_method(get=sharing.ask_share, post=sharing.share), name="share_fix"),
    path(f"{_SHARING}withdraw", by_method(get=sharing.ask_withdraw, post=sharing.withdraw), name="withdraw_fix"),
    path(_FIX, finders.fix, name="finders_fix"),
    path(f"{_FIX}<slug:shown>/series.mbox", finders.mbox, name="finders_mbox"),
    path(f"{_FIX}<slug:shown>/<int:place>.patch", finders.patch_file, name="finders_patch"),
    path(f"{_FIX}<slug:shown>/answer", finders.answer, name="finders_answer"),
]
