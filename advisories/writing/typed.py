"""Texts whose writer's session ended before they were sent: kept, and handed back once they have signed in again.

To the same browser alone: a link to somebody else's words would put them before a writer as if they were their own.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, QueryDict

from advisories.models import Knock, TypedText

_MOST_CHARACTERS = 2_000_000
_PER_HOUR = 30
"""Texts from one address; whoever they belong to hasn't signed in yet."""

_NOT_TYPED = ("csrfmiddlewaretoken", "kept")
_OF_THIS_BROWSER = "typed"
"""Where a session, of somebody or of nobody yet, has the digests of what was typed in it."""
_MOST_AT_ONCE = 20


def keep(request: HttpRequest, back_to: str, visitor: str) -> str:
    """Keep the fields of a form that was posted, and say where they can be taken up: a path with a token.

    Forms that are too large to be typed, and more of them than anybody types, are not kept: the path is `back_to`.
    """
    TypedText.objects.forgotten().delete()
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_TYPED}
    size = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if not fields or size > _MOST_CHARACTERS or not Knock.objects.may_enter("typed", visitor, limit=_PER_HOUR):
        return back_to
    token = secrets.token_hex(20)
    TypedText.objects.create(token_sha256=_digest_of(token), address=back_to[:200], fields=_storable(fields))
    typed_here = [*request.session.get(_OF_THIS_BROWSER, ()), _digest_of(token)]
    request.session[_OF_THIS_BROWSER] = typed_here[-_MOST_AT_ONCE:]
    return f"{back_to}?kept={token}"


def kept_for(request: HttpRequest) -> QueryDict | None:
    """What was typed at this page in this browser, where its token is asked for; never what was typed at another."""
    digest = _digest_of(request.GET.get("kept", ""))
    if digest not in request.session.get(_OF_THIS_BROWSER, ()):
        return None
    found = TypedText.objects.behind(digest, request.path).first()
    if found is None:
        return None
    fields = QueryDict(mutable=True)
    for name, values in found.fields.items():
        fields.setlist(name, values)
    return fields


def _digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _storable(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Without what a database does not take: NUL, and halves of surrogate pairs."""
    return {
        name: [value.replace("\0", "").encode("utf-8", "replace").decode() for value in values]
        for name, values in fields.items()
    }
