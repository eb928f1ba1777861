"""What finders are told of what has become public: where it is, and how it differs from what was public before.

All of it is public, but that this address has to do with it is not: whoever asked not to be named is told that there is
something, and finds it through their private page.
"""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from advisories.models import Advisory, Credit, Publication, Report
from advisories.public import reading, saying
from advisories.public.values import Changed, Differences

_MOST_LINES = 400
"""Of differences in one letter; the page has them all."""


def tells(publication: Publication, report: Report) -> str:
    """What stands in the middle of the letter about `publication`, whose instant has come; or would, in a rehearsal."""
    difference = _difference(publication)
    if report.finder.credit == Credit.ANONYMOUS:
        happened = "there is a new version of what was published" if difference else "there is something public now"
        return f"{happened} about what you reported. Your private page leads to it; nothing here names it or you."
    label = f"{settings.ADVISORY_PREFIX}-{publication.number}"
    page = f"{settings.SITE_URL}{reverse('advisories:public_revision', args=[publication.number, publication.version])}"
    if difference is None:
        return f"what you reported is public now, as {label}:\n\n  {publication.title}\n  {page}"
    return f"{label}, which is about what you reported, was issued again.\n\n  {page}\n\n{_what_changed(difference)}"


def _difference(publication: Publication) -> Differences | None:
    """How it differs from what was public before it; None where nothing was."""
    earlier = [one for one in reading.issued(publication.number) if one.version < publication.version]
    known = reading.known_among(saying.conditions_in([publication.content]))
    contents = {**reading.contents_of(earlier), publication.version: saying.without_hidden(publication.content, known)}
    history = reading.history_of([*earlier, publication])
    return next(iter(reading.differences_of(history, contents, up_to=publication.version)), None)


def newest_of(advisory: Advisory | None) -> Publication | None:
    """What readers see of it now; None where that is nothing."""
    return (
        Publication.objects.current().filter(advisory=advisory).select_related("advisory").first() if advisory else None
    )


def _what_changed(difference: Differences) -> str:
    issue = difference.issue
    said = ". ".join(part.rstrip(".") for part in (issue.reason, issue.summary) if part)
    lines = [line for part in difference.parts for line in _lines(part)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "… more than a letter holds: the page has it all."]
    why = [f"{said}.", ""] if said else []
    heading = f"What differs from version {difference.before}:"
    return "\n".join([*why, heading, "", *(lines or ["Nothing that readers are shown."])]).rstrip()


def _lines(part: Changed) -> Iterator[str]:
    yield f"{part.heading}:"
    yield from (f"  {sign} {line}".rstrip() for sign, line in part.rows)
    yield ""
