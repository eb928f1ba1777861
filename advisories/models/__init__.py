"""Advisories and the seats on them, reports and their threads, mail, and the record of what happened."""

from advisories.models.advisory import Advisory, StaleAdvisory
from advisories.models.affected import Affected
from advisories.models.checklist import Tick
from advisories.models.comment import Comment, CommentAudience, CommentFile
from advisories.models.event import Event
from advisories.models.identifier import Identifier, Standing
from advisories.models.knock import Knock
from advisories.models.mail import Fate, IncomingMail, Notice, OutgoingMail, Sending
from advisories.models.message import Attachment, Author, DraftFile, Message
from advisories.models.policy import PolicyVersion
from advisories.models.report import Credit, DoorKind, Finder, Report, ReportDoor, StaleReport
from advisories.models.report_text import ReportText
from advisories.models.seat import Seat
from advisories.models.text_version import TextVersion
from advisories.models.typed_text import TypedText
from advisories.models.vector import Vector

__all__ = [
    "Advisory", "Affected", "Attachment", "Author", "Comment", "CommentAudience", "CommentFile", "Credit",
    "DoorKind", "DraftFile", "Event", "Fate", "Finder", "Identifier", "IncomingMail", "Knock", "Message", "Notice",
    "OutgoingMail", "PolicyVersion", "Report", "ReportDoor", "ReportText", "Seat", "Sending", "StaleAdvisory",
    "StaleReport", "Standing", "TextVersion", "Tick", "TypedText", "Vector",
]  # fmt: skip
