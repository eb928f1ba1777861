"""Advisories and the seats on them, reports and their threads, mail, and the record of what happened."""

from advisories.models.advisory import Advisory, StaleAdvisory
from advisories.models.event import Event
from advisories.models.knock import Knock
from advisories.models.mail import Fate, IncomingMail, Notice, OutgoingMail, Sending
from advisories.models.message import Attachment, Author, DraftFile, Message
from advisories.models.policy import PolicyVersion
from advisories.models.report import Credit, DoorKind, Finder, Report, ReportDoor, StaleReport
from advisories.models.report_text import ReportText
from advisories.models.seat import Seat

__all__ = [
    "Advisory", "Attachment", "Author", "Credit", "DoorKind", "DraftFile", "Event", "Fate", "Finder", "IncomingMail",
    "Knock", "Message", "Notice", "OutgoingMail", "PolicyVersion", "Report", "ReportDoor", "ReportText", "Seat",
    "Sending", "StaleAdvisory", "StaleReport",
]  # fmt: skip
