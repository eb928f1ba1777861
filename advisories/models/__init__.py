"""Advisories, seats on them, their embargoes and how they go out, reports and their threads, mail, and the record."""

from advisories.models.advisory import Advisory, StaleAdvisory
from advisories.models.affected import Affected
from advisories.models.application import Application, ApplicationDoor, ApplicationNote, Said, StaleApplication
from advisories.models.arming import Approval, Arming, Override
from advisories.models.batch import Batch, BatchEntry, BatchMove, StaleBatch
from advisories.models.checklist import Tick
from advisories.models.clock import Overrun, StartedClock
from advisories.models.comment import Comment, CommentAudience, CommentFile
from advisories.models.consent import Consent
from advisories.models.decision import Decision, Matter
from advisories.models.delivery import Delivery, DeliveryForm, KeptFrom
from advisories.models.embargo import Answer, Embargo, Out, Proposal, ProposalState, StaleEmbargo, Verdict
from advisories.models.event import Event
from advisories.models.exported_site import ExportedSite
from advisories.models.identifier import Identifier, Standing
from advisories.models.importing import ImportedNumber, ImportFinding, ImportRun, Origin, Outcome, Weight
from advisories.models.knock import Knock
from advisories.models.looked import Looked
from advisories.models.mail import Fate, IncomingMail, Notice, Opening, OutgoingMail
from advisories.models.member_letter import MemberLetter, Tells
from advisories.models.member_text import MemberText
from advisories.models.membership import MemberKey, Membership, MembershipState, StaleMembership
from advisories.models.message import Attachment, Author, DraftFile, Message
from advisories.models.notification import About, Notification
from advisories.models.opened import OpenedFile, OpenedLetter
from advisories.models.organisation import Contact, ContactRight, Organisation
from advisories.models.party import Party, Side
from advisories.models.permission import Permission
from advisories.models.policy import PolicyVersion
from advisories.models.public_entry import PublicEntry
from advisories.models.public_measure import PublicMeasure
from advisories.models.publication import Publication
from advisories.models.publication_step import CONFIRMED, PublicationStep, StepKind
from advisories.models.readiness import Ask, AskKind, NoteAudience, Product, Readiness, ReadinessStatus
from advisories.models.report import Credit, DoorKind, Finder, Report, ReportDoor, StaleReport
from advisories.models.report_text import ReportText
from advisories.models.revision import Reissue, Revision, RevisionPatch
from advisories.models.seat import Seat
from advisories.models.signature import Signature
from advisories.models.signed_text import SignedText
from advisories.models.tag import PublicTag, Tag
from advisories.models.text_version import TextVersion
from advisories.models.tiding import Tiding, What
from advisories.models.token import Scope, Token
from advisories.models.typed_text import TypedText
from advisories.models.vector import Vector

__all__ = [
    "CONFIRMED",
    "About",
    "Advisory",
    "Affected",
    "Answer",
    "Application",
    "ApplicationDoor",
    "ApplicationNote",
    "Approval",
    "Arming",
    "Ask",
    "AskKind",
    "Attachment",
    "Author",
    "Batch",
    "BatchEntry",
    "BatchMove",
    "Comment",
    "CommentAudience",
    "CommentFile",
    "Consent",
    "Contact",
    "ContactRight",
    "Credit",
    "Decision",
    "Delivery",
    "DeliveryForm",
    "DoorKind",
    "DraftFile",
    "Embargo",
    "Event",
    "ExportedSite",
    "Fate",
    "Finder",
    "Identifier",
    "ImportFinding",
    "ImportRun",
    "ImportedNumber",
    "IncomingMail",
    "KeptFrom",
    "Knock",
    "Looked",
    "Matter",
    "MemberKey",
    "MemberLetter",
    "MemberText",
    "Membership",
    "MembershipState",
    "Message",
    "NoteAudience",
    "Notice",
    "Notification",
    "OpenedFile",
    "OpenedLetter",
    "Opening",
    "Organisation",
    "Origin",
    "Out",
    "Outcome",
    "OutgoingMail",
    "Override",
    "Overrun",
    "Party",
    "Permission",
    "PolicyVersion",
    "Product",
    "Proposal",
    "ProposalState",
    "PublicEntry",
    "PublicMeasure",
    "PublicTag",
    "Publication",
    "PublicationStep",
    "Readiness",
    "ReadinessStatus",
    "Reissue",
    "Report",
    "ReportDoor",
    "ReportText",
    "Revision",
    "RevisionPatch",
    "Said",
    "Scope",
    "Seat",
    "Side",
    "Signature",
    "SignedText",
    "StaleAdvisory",
    "StaleApplication",
    "StaleBatch",
    "StaleEmbargo",
    "StaleMembership",
    "StaleReport",
    "Standing",
    "StartedClock",
    "StepKind",
    "Tag",
    "Tells",
    "TextVersion",
    "Tick",
    "Tiding",
    "Token",
    "TypedText",
    "Vector",
    "Verdict",
    "Weight",
    "What",
]  # fmt: skip
