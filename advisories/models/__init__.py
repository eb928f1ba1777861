"""Advisories, the seats on them, and the record of what happened."""

from advisories.models.advisory import Advisory, StaleAdvisory
from advisories.models.event import Event
from advisories.models.seat import Seat

__all__ = ["Advisory", "Event", "Seat", "StaleAdvisory"]
