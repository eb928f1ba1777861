"""What an organisation fills in to join the pre-disclosure list: an answer to each item of the policy, address, key."""

from typing import Any

from django import forms
from django.http import QueryDict

from advisories.forms.keys import KeyFields
from advisories.models import Application
from advisories.policy import Criterion, Policy
from advisories.predisclosure.applications import answer_name, links_in, why_no_evidence
from advisories.predisclosure.joining import Told
from advisories.predisclosure.role_addresses import why_personal
from advisories.reporting import drafts

_MOST_ANSWER = 5_000


class ApplicationForm(KeyFields):
    """An application. Only a name and an address are needed to keep it; what is missing besides can come later."""

    draft = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(
        max_length=120, label="Name of the organisation", widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    homepage = forms.URLField(
        required=False,
        max_length=200,
        assume_scheme="https",
        label="Web site",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    wants_listing = forms.BooleanField(
        required=False, initial=True, label="Our name may stand on the public page of members, if there is one"
    )
    contact_name = forms.CharField(
        required=False, max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_address = forms.EmailField(
        max_length=254,
        label="Your mail address",
        help_text="Your private link goes there now, and an invitation once you are accepted.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    role_address = forms.EmailField(
        required=False,
        max_length=254,
        label="Role address",
        help_text="Where advisories are sent: an address that no single person owns, such as security@. "
        "Have a list of yours behind it.",
    )
    accepts_terms = forms.BooleanField(required=False, label="We have read the terms and accept them")
    answer = forms.CharField(
        required=False,
        max_length=_MOST_ANSWER,
        label="Your answer to the team",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, policy: Policy, application: Application | None = None, **kwargs: Any) -> None:
        if application is not None:
            kwargs["initial"] = _initial(application, policy)
        super().__init__(*args, **kwargs)
        self.policy = policy
        for one in policy.criteria:
            self.fields[answer_name(one)] = _field(one)
        # Only a token of the form that we make: it becomes the private link.
        sent = str(self.data.get("draft", ""))
        self.token = sent if drafts.TOKEN.fullmatch(sent) else drafts.new_token()
        self.fields["draft"].initial = self.token
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
            self.data["draft"] = self.token

    @property
    def items(self) -> list[tuple[Criterion, forms.BoundField]]:
        """Each item of the checklist with its field."""
        return [(one, self[answer_name(one)]) for one in self.policy.criteria]

    def clean(self) -> dict[str, Any]:
        """Links lead somewhere that everyone can reach, the role address to no person, and the key can be used."""
        found = super().clean() or {}
        for one in self.policy.criteria:
            links = links_in(found.get(answer_name(one), "")) if one.wants_link else []
            for sentence in filter(None, map(why_no_evidence, links)):
                self.add_error(answer_name(one), sentence)
        if address := found.get("role_address"):
            sentence = why_personal(address, found.get("contact_address", ""))
            if sentence:
                self.add_error("role_address", sentence)
        return found

    @property
    def told(self) -> Told:
        """The application as `joining` takes it."""
        found = self.cleaned_data
        return Told(
            name=found["name"].strip(),
            website=found["homepage"],
            contact_name=found["contact_name"],
            contact_address=found["contact_address"],
            role_address=found["role_address"],
            answers={one.key: found[answer_name(one)] for one in self.policy.criteria},
            certificate=self.certificate.armoured if self.certificate else "",
            accepts_terms=found["accepts_terms"],
            wants_listing=found["wants_listing"],
        )

    @property
    def is_suspect(self) -> bool:
        """A field that people don't see was filled in."""
        return bool(self.cleaned_data["website"])


class AppealForm(forms.Form):
    """Why the decision should be another one."""

    reason = forms.CharField(
        max_length=_MOST_ANSWER,
        label="Why we should look again",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Say what was overlooked, or what has changed.",
    )


def _field(one: Criterion) -> forms.CharField:
    help_text = one.help
    if one.example:
        help_text = f"{help_text} For example: {one.example}".strip()
    rows = 2 if one.wants_link else 4
    return forms.CharField(
        required=False,
        max_length=_MOST_ANSWER,
        label=one.name,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _initial(application: Application, policy: Policy) -> dict[str, Any]:
    names = ("name", "contact_name", "contact_address", "role_address", "wants_listing")
    return {name: getattr(application, name) for name in names} | {
        "homepage": application.website,
        "key": application.certificate,
        "accepts_terms": application.terms_version >= policy.terms_version,
        **{answer_name(one): application.answers.get(one.key, "") for one in policy.criteria},
    }
