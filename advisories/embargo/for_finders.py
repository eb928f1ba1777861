"""What a finder's private page shows of the dates: the agreed end, open proposals, the finder's own part in both."""

from django.utils import timezone

from advisories.embargo import negotiating
from advisories.embargo.consents import Standing, offered
from advisories.embargo.reading import shown_consent
from advisories.embargo.rules import EmbargoState
from advisories.embargo.shown import FinderProposal, FinderView, ShownEnd
from advisories.models import Consent, Embargo, Party, Proposal, Report, Side
from advisories.policy import Policy

_MAY_SIGN = {Standing.INVITED.value, Standing.LAPSED.value, Standing.DECLINED.value}


def view_of(report: Report, policy: Policy) -> FinderView | None:
    """What its finder sees; none as long as there is no advisory to have a date."""
    if report.concern is None:
        return None
    wordings = offered(is_announced=bool(policy.announced))
    embargo = Embargo.objects.told_to_finder(report).first()
    if embargo is None:
        return FinderView(state=EmbargoState.NONE.value, wordings=wordings)
    consent = Consent.objects.told_to_finder(report).first()
    rows = Proposal.objects.told_to_finder(report).open().prefetch_related("answers")
    return FinderView(
        state=embargo.state,
        end=ShownEnd.of(embargo.end_at, embargo.zone) if embargo.end_at else None,
        ended_at=embargo.ended_at,
        reason=embargo.reason,
        is_open=embargo.state != EmbargoState.ENDED.value and not negotiating.is_out(embargo),
        proposals=tuple(_proposal(row, Party.finder(report).key) for row in rows),
        consent=shown_consent(consent, "You", is_mine=True) if consent else None,
        wordings=wordings,
        may_sign=consent is not None and consent.standing in _MAY_SIGN and consent.answer_by > timezone.now(),
    )


def _proposal(row: Proposal, key: str) -> FinderProposal:
    is_mine = row.party_key == key
    by = "The security team" if row.side == Side.TEAM else "Another participant"
    mine = next((answer.verdict for answer in row.answers.all() if answer.party_key == key), "")
    return FinderProposal(
        pk=row.pk,
        end=ShownEnd.of(row.end_at, row.zone),
        end_at=row.end_at,
        by="You" if is_mine else by,
        reason=row.reason if is_mine else "",
        answer_by=row.answer_by,
        is_mine=is_mine,
        my_verdict=mine,
    )
