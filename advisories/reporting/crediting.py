"""How the finders of an advisory are credited: what isn't decided yet, and withholding a credit."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from advisories.models import Advisory, Event, Finder, Report
from advisories.release.disarming import disarm_for
from advisories.reporting import credits


def undecided(finders: Iterable[Finder]) -> tuple[str, ...]:
    """Who has not been asked, has not answered, or wants to be named and has said no name."""
    return tuple(str(one) for one in finders if one.chosen is None)


def named_in_spite(finders: Iterable[Finder], texts: Iterable[str]) -> tuple[str, ...]:
    """Who is not to be named and is, in a text that a person wrote."""
    unwilling = {
        str(one): (one.name, one.credit_as, one.address) for one in finders if one.chosen and one.chosen.unnamed
    }
    return credits.named_in_spite(unwilling, texts)


@transaction.atomic
def withhold(report: Report, because: str, *, by: User) -> None:
    """Withhold the credit of a report's finder, for a reason that readers are told; none gives it back to them.

    What they chose stays as it is. The words stay out of the record.
    """
    hold_back(report, by=by)
    reason = " ".join(because.split())
    if not Finder.objects.filter(pk=report.finder_id).exclude(withheld_because=reason).update(withheld_because=reason):
        return
    Event.objects.record(report, kind="credit-withheld", by=by, detail={"withheld": bool(reason)})


def hold_back(report: Report, *, by: User | None) -> None:
    """Void what would go out with another credit than the one that is about to be kept."""
    through = report.duplicate_of
    concerned = [pk for pk in (report.advisory_id, through.advisory_id if through else None) if pk]
    for advisory in Advisory.objects.filter(pk__in=concerned).order_by("pk"):
        disarm_for(advisory, "A credit was changed", by=by)
