"""The whole policy as one form: its fields, its rows, and what speaks against it as a whole."""

from typing import Any

from advisories import policies
from advisories.forms.policy import BlackoutForms, ClockForms, CriterionForms, PolicyForm, ReplyTermsForm
from advisories.policy import Policy, PolicyIsWrong, Urgency
from advisories.policy.document import Document

_JOINING = ("least_weight", "terms", "terms_days", "confirmation_days", "lists_members", "members_discuss")
"""Fields about members, which stand in the document as they are typed."""


class PolicyEntry:
    """The whole form: fields, rows of blackouts and clocks, terms for each urgency."""

    def __init__(self, data: Any = None, *, document: Document | None = None, based_on: int = 0, why: str = "") -> None:
        known = document or {}
        self.main = PolicyForm(data, initial=_initial(known) | {"based_on": based_on, "why": why} if known else None)
        self.blackouts = BlackoutForms(data, prefix="blackouts", initial=known.get("blackouts"))
        self.clocks = ClockForms(data, prefix="clocks", initial=[_clock(row) for row in known.get("clocks", ())])
        self.criteria = CriterionForms(data, prefix="criteria", initial=known.get("criteria"))
        terms = {row["urgency"]: row for row in known.get("reply_terms", ())}
        self.replies = [
            (urgency, ReplyTermsForm(data, prefix=f"reply-{urgency.value}", initial=terms.get(urgency.value)))
            for urgency in Urgency
        ]
        self.wrong: dict[str, list[str]] = {"blackouts": [], "clocks": [], "reply_terms": [], "criteria": []}
        self.policy: Policy | None = None

    def is_valid(self) -> bool:
        """Check every part, then the policy as a whole; `policy` is there if so."""
        parts: list[Any] = [self.main, self.blackouts, self.clocks, self.criteria, *(form for _, form in self.replies)]
        # Ask every part before judging, so that every mistake is shown at once.
        if False in [part.is_valid() for part in parts]:
            return False
        try:
            self.policy = policies.check(self.document())
        except PolicyIsWrong as refusal:
            for problem in refusal.problems:
                self._tell(problem.field, problem.sentence)
            return False
        return True

    def document(self) -> Document:
        """What was filled in, as a document."""
        told = self.main.cleaned_data
        return {
            "prefix": policies.prefix(),
            "release_time": f"{told['release_time']:%H:%M}",
            "zone": told["zone"],
            "preparation_days": told["preparation_days"],
            "predisclosure_days": told["predisclosure_days"],
            "cadence": _cadence(told),
            "weekdays": told["weekdays"],
            "blackouts": [
                {"name": row["name"], "first": row["first"].isoformat(), "last": row["last"].isoformat()}
                for row in _rows(self.blackouts)
            ],
            "countries": told["countries"],
            "working_week": told["working_week"],
            "working_hours": [f"{told[name]:%H:%M}" for name in ("opens", "closes")],
            "soft_cap": told["soft_cap"],
            "quorum": told["quorum"],
            "early_quorum": told["early_quorum"],
            "clocks": [
                {name: row[name] for name in ("key", "name", "starts_at", "source")}
                | {
                    "limit_hours": row["limit"],
                    "exceptional_hours": row["exceptional"],
                    "minimum_hours": row["minimum"] or 0,
                }
                for row in _rows(self.clocks)
            ],
            "reply_terms": [{"urgency": urgency.value, **form.cleaned_data} for urgency, form in self.replies],
            "announced": told["announced"],
            "criteria": [
                {name: row[name] for name in ("key", "name", "help", "example", "weight", "is_required", "wants_link")}
                for row in _rows(self.criteria)
            ],
            # As browsers send it, with other line ends than ours.
            "terms": told["terms"].replace("\r\n", "\n").strip() + "\n",
            **{name: told[name] for name in _JOINING if name != "terms"},
        }

    def _tell(self, field: str, sentence: str) -> None:
        if field in self.wrong:
            self.wrong[field].append(sentence)
        else:
            places = {"cadence": "rhythm", "working_hours": "opens"}
            place = places.get(field, field)
            self.main.add_error(place if place in self.main.fields else None, sentence)


def _rows(forms_of: Any) -> list[dict[str, Any]]:
    """Rows that were filled in and are to stay."""
    return [
        form.cleaned_data for form in forms_of if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
    ]


def _cadence(told: dict[str, Any]) -> Document:
    weeks, month = told["rhythm"] == "weeks", told["rhythm"] == "month"
    return {
        "every_weeks": told["every_weeks"] if weeks else 0,
        "from_on": told["from_on"].isoformat() if weeks else None,
        "weeks_of_month": told["weeks_of_month"] if month else [],
    }


def _initial(document: Document) -> dict[str, Any]:
    cadence, hours = document["cadence"], document["working_hours"]
    rhythm = "weeks" if cadence["every_weeks"] else "month" if cadence["weeks_of_month"] else "any"
    plain = ("release_time", "zone", "preparation_days", "predisclosure_days", "weekdays", "working_week", "soft_cap")
    return {name: document[name] for name in (*plain, "quorum", "early_quorum", "announced", *_JOINING)} | {
        "rhythm": rhythm,
        "every_weeks": cadence["every_weeks"] or None,
        "from_on": cadence["from_on"],
        "weeks_of_month": cadence["weeks_of_month"],
        "opens": hours[0],
        "closes": hours[1],
        "countries": ", ".join(document["countries"]),
    }


def _clock(row: Document) -> dict[str, Any]:
    return row | {name: row[f"{name}_hours"] or None for name in ("limit", "exceptional", "minimum")}
