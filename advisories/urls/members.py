"""What contacts of members reach: their desk, what was delivered to them, their tokens and feeds."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import members, tokens

app_name = "members"
_ADVISORY = "advisories/<int:number>/"
_REVISION = f"{_ADVISORY}v<int:version>/"

urlpatterns = [
    path("desk/", members.desk, name="desk"),
    path("desk/advisories.tar.gz", members.everything, name="everything"),
    path("batches/<str:batch>/advisories.tar.gz", members.batch_archive, name="batch_archive"),
    path(_ADVISORY, members.advisory, name="advisory"),
    path(f"{_ADVISORY}archive.tar.gz", members.archive, name="archive"),
    path(f"{_ADVISORY}acknowledge", members.acknowledge, name="acknowledge"),
    path(_REVISION, members.advisory, name="held_revision"),
    path(f"{_REVISION}text", members.text, name="text"),
    path(f"{_REVISION}patches/<str:name>", members.patch_file, name="patch"),
    path(f"{_REVISION}patches/<str:name>/lines", members.patch_lines, name="patch_lines"),
    path("tokens/", tokens.own, name="tokens"),
    path("tokens/new", by_method(get=tokens.ask_make, post=tokens.make), name="make_token"),
    path("tokens/<int:pk>/revoke", by_method(get=tokens.ask_revoke, post=tokens.revoke), name="revoke_token"),
    path("feed/<str:secret>/advisories.atom", tokens.feed, name="feed"),
    path("feed/<str:secret>/releases.ics", tokens.calendar, name="calendar"),
]
