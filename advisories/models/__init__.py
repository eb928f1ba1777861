"""Advisories and the seats on them."""

from advisories.models.advisory import Advisory, StaleAdvisory
from advisories.models.seat import Seat

__all__ = ["Advisory", "Seat", "StaleAdvisory"]
