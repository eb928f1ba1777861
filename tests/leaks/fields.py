"""What every field of every row is to a stranger: the one table in which a new field has to be entered.

Enumerations, digests and keys of rows are left out: they say nothing by themselves.
"""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import models

from tests.leaks.words import WORD

APPS = ("accounts", "advisories", "releases")

_SAYING = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.DateField,
    models.GenericIPAddressField,
)

SECRET_FIELDS = {
    "accounts.User": "email name",
    "advisories.Advisory": "title description impact vulnerable_systems mitigation resolution credits deployment notes"
    " ended_because",
    "advisories.Affected": "tree",
    "advisories.Application": "name website contact_name contact_address role_address answers certificate",
    "advisories.ApplicationNote": "text",
    "advisories.Arming": "void_reason",
    "advisories.Attachment": "file_name content",
    "advisories.Batch": "name cancelled_for",
    "advisories.BatchMove": "reason",
    "advisories.Comment": "text",
    "advisories.CommentFile": "file_name content",
    "advisories.Decision": "words",
    "advisories.DraftFile": "file_name content",
    "advisories.KeptFrom": "reason",
    "advisories.MemberKey": "certificate",
    "advisories.MemberLetter": "to_address",
    "advisories.Membership": "role_address reason",
    "advisories.Organisation": "name website",
    "advisories.Finder": "name address credit_as terms withheld_because",
    "advisories.Identifier": "value replaced_by shared_because",
    "advisories.ImportFinding": "where message",
    "advisories.ImportRun": "sources",
    "advisories.ImportedNumber": "why",
    "advisories.IncomingMail": "content file_name header_id marks opening_trouble",
    "advisories.MemberText": "text sums trouble",
    "advisories.Message": "text marks",
    "advisories.OpenedFile": "file_name content",
    "advisories.OpenedLetter": "subject text",
    "advisories.Origin": "sources message_id recipe",
    "advisories.OutgoingMail": "to_address",
    "advisories.Overrun": "reason",
    "advisories.Override": "reason",
    "advisories.Permission": "which restrictions",
    "advisories.PolicyVersion": "document why",
    "advisories.Proposal": "reason",
    "advisories.Publication": "title content",
    "advisories.PublicEntry": "words",
    "advisories.Ask": "reason answer",
    "advisories.Product": "name builds_on",
    "advisories.Readiness": "reason tracking_id note",
    "advisories.PublicationStep": "target trouble",
    "advisories.Report": "title",
    "advisories.ReportText": "text",
    "advisories.Revision": "content changes",
    "advisories.RevisionPatch": "file_name content",
    "advisories.SignedText": "text trouble",
    "advisories.StartedClock": "owner reference note",
    "advisories.PublicTag": "word",
    "advisories.Tag": "word",
    "advisories.TextVersion": "texts",
    "advisories.Tiding": "reason",
    "advisories.Token": "name",
    "advisories.TypedText": "fields",
    "advisories.Vector": "source",
    "releases.FixAnswer": "comment",
    "releases.Patch": "file_name content subject author",
    "releases.SeriesRevision": "note",
    "releases.StoredVerdict": "evidence",
    "releases.PatchMatch": "file_name",
    "releases.Trial": "told",
    "releases.Upload": "file_name content",
}
"""They hold a canary in the world."""

SECRET_DAYS = {
    "advisories.Advisory": "public_at",
    "advisories.Arming": "public_at",
    "advisories.Batch": "planned_at",
    "advisories.BatchMove": "old_at new_at",
    "advisories.Embargo": "end_at",
    "advisories.Overrun": "planned_at",
    "advisories.Ask": "wanted_at",
    "advisories.Permission": "at",
    "advisories.Proposal": "end_at",
    "advisories.Publication": "public_at",
    "advisories.StartedClock": "end_at",
    "advisories.Tiding": "planned_at",
}
"""They hold a day that is written nowhere else."""

OF_ITSELF_NOTHING = {
    # When something happened, of rows that are themselves hidden, and how work on them goes.
    "accounts.Invitation": "invited_at expires_at accepted_at revoked_at",
    "accounts.Letter": "address due_at lease_until made_at sent_at trouble",
    "accounts.Session": "session_key session_data expire_date began_at seen_at address device",
    "accounts.TeamSeat": "from_at until_at",
    "accounts.User": "password last_login joined_at",
    "advisories.Advisory": "created_at changed_at withdrawn_at",
    "advisories.Affected": "ranges",
    "advisories.Answer": "terms at",
    "advisories.Application": "reference terms_accepted_at made_at heard_at",
    "advisories.ApplicationDoor": "made_at",
    "advisories.ApplicationNote": "at",
    "advisories.Approval": "at withdrawn_at",
    "advisories.Arming": "armed_at voided_at",
    "advisories.Batch": "begun_at",
    "advisories.BatchEntry": "joined_at left_at",
    "advisories.BatchMove": "at",
    "advisories.Comment": "written_at retracted_at",
    "advisories.Consent": "asked_terms asked_end_at answer_by signed_terms signed_end_at",
    "advisories.Contact": "from_at until_at",
    "advisories.Delivery": "header_id due_at lease_until made_at sent_at bounced_at encrypted_to acknowledged_at"
    " fetched_at trouble",
    "advisories.Decision": "at taken_back_at",
    "advisories.DraftFile": "made_at",
    "advisories.KeptFrom": "at",
    "advisories.Looked": "at",
    "advisories.MemberText": "signature fingerprint made_at claimed_at",
    "advisories.MemberLetter": "key header_id due_at lease_until made_at sent_at trouble",
    "advisories.MemberKey": "fingerprint expires_at added_at replaced_at",
    "advisories.Membership": "terms_accepted_at confirmed_at began_at ended_at",
    "advisories.Organisation": "made_at",
    "advisories.Embargo": "zone ended_at",
    "advisories.Event": "previous kind at about detail",
    "advisories.ExportedSite": "folder tried_at done_at failing_since trouble",
    "advisories.Identifier": "scheme",
    "advisories.ImportFinding": "kind",
    "advisories.ImportRun": "keys started_at finished_at undone_at",
    "advisories.ImportedNumber": "versions",
    "advisories.IncomingMail": "received_at",
    "advisories.Knock": "door who hour",
    "advisories.Message": "written_at",
    "advisories.OpenedLetter": "signed_by opened_at",
    "advisories.Notification": "header_id due_at lease_until made_at sent_at trouble",
    "advisories.Origin": "signed_at",
    "advisories.OutgoingMail": "key header_id due_at lease_until made_at sent_at trouble",
    "advisories.Overrun": "at",
    "advisories.Override": "branch at",
    "advisories.PolicyVersion": "at",
    "advisories.Proposal": "zone answer_by made_at closed_at",
    "advisories.Publication": "made_at voided_at",
    "advisories.PublicationStep": "due_at lease_until made_at sent_at",
    "advisories.PublicEntry": "places identifiers rating",
    "advisories.Ask": "at answered_at",
    "advisories.Product": "made_at retired_at",
    "advisories.Readiness": "said_at replaced_at",
    "advisories.PublicMeasure": "reported_at fixed_at",
    "advisories.Report": "reference received_at heard_at told_at",
    "advisories.ReportDoor": "made_at",
    "advisories.Revision": "frozen_at",
    "advisories.Seat": "from_at until_at",
    "advisories.Signature": "fingerprint content made_at",
    "advisories.SignedText": "fingerprint made_at claimed_at",
    "advisories.StartedClock": "rule_key started_at zone made_at stopped_at",
    "advisories.TextVersion": "kept_at",
    "advisories.Tick": "key at",
    "advisories.Tiding": "made_at handed_out_at",
    "advisories.Token": "hint made_at ends_at last_used_at revoked_at",
    "advisories.TypedText": "address made_at",
    "advisories.Vector": "vector",
    # What everybody may know of a tree, and names of what is upstream.
    "releases.Backlog": "base_commit steps left_out verified_tree verdicts wanted lease_until rung_at"
    " not_before trouble",
    "releases.Branch": "name stable_ref staging_ref supported_until security_supported_until stable_commit"
    " staging_commit fork_commit trouble",
    "releases.BranchRun": "requested_at rung_at started_at finished_at lease_until not_before trouble",
    "releases.Check": "base_name base_commit checked_at",
    "releases.FixAnswer": "said_at replaced_at",
    "releases.FixLook": "looked_at",
    "releases.Flag": "raised_at opened_at closed_at",
    "releases.Patch": "patch_id",
    "releases.PatchMatch": "same other absent",
    "releases.PointRelease": "tag commit tagged_at",
    "releases.Series": "depends_on_commits created_at",
    "releases.SeriesRevision": "uploaded_at",
    "releases.SharedFix": "shared_at withdrawn_at",
    "releases.StoredVerdict": "key engine_version computed_at",
    "releases.Tree": "slug url release_tag_pattern stable_ref_pattern staging_ref_pattern main_ref support_file"
    " supported_until_pattern security_until_pattern never_needed_pattern fetch_due_at fetch_lease_until fetched_at"
    " fetch_failed_at fetch_error created_at",
    "releases.Trial": "branch stable_ref stand_ins absent",
}
"""They tell nothing that is not told by the row's being there, or they are kept as digests and neutral words."""


def saying() -> set[str]:
    """Every field that can say something, as `app.Model.field`."""
    return {f"{model._meta.label}.{field.name}" for model in guarded() for field in model._meta.local_concrete_fields
            if isinstance(field, _SAYING) and not field.choices and not _is_digest(field)}  # fmt: skip


def guarded() -> Iterator[type[models.Model]]:
    """The models of the project."""
    return (model for model in apps.get_models() if model._meta.app_label in APPS)


def entered(*tables: dict[str, str]) -> set[str]:
    """What stands in tables, as `app.Model.field`."""
    return {f"{label}.{name}" for table in tables for label, names in table.items() for name in names.split()}


def _is_digest(field: "models.Field[object, object]") -> bool:
    return field.name.endswith(("sha256", "digest", "hash")) and isinstance(field, models.CharField)


def values_of(name: str) -> Iterable[object]:
    """What stands in a field of every row."""
    label, _, field = name.rpartition(".")
    found: Iterable[object] = apps.get_model(label)._default_manager.values_list(field, flat=True)
    return found


def text_of(value: object) -> str:
    """A value as text, whatever it is kept as."""
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def planted() -> frozenset[str]:
    """The places of all secret words that stand in rows now."""
    values = (value for name in entered(SECRET_FIELDS) for value in values_of(name))
    return frozenset(place for value in values for place in WORD.findall(text_of(value)))
