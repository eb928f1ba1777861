"""PURE: batch slots, working days, instants in a zone, outside clocks, and how predictable it all was."""

from advisories.calendar.charts import Bar, Chart, bars
from advisories.calendar.clocks import Break, BreakKind, FixedEnd, RunningClock, Window, breaks, window
from advisories.calendar.instants import Fold, Instant, NoSuchTime, TimeExistsTwice, exact_instant, slot_instant
from advisories.calendar.month import Day, Month, month_of
from advisories.calendar.objections import Reason, ReasonKind, objections
from advisories.calendar.predictability import PastRelease, Predictability, measure
from advisories.calendar.slots import Earliest, PassedOver, Slot, earliest, next_slots
from advisories.calendar.working_days import Holiday, NoWorkingDays, WorkingCalendar

__all__ = [
    "Bar",
    "Break",
    "BreakKind",
    "Chart",
    "Day",
    "Earliest",
    "FixedEnd",
    "Fold",
    "Holiday",
    "Instant",
    "Month",
    "NoSuchTime",
    "NoWorkingDays",
    "PassedOver",
    "PastRelease",
    "Predictability",
    "Reason",
    "ReasonKind",
    "RunningClock",
    "Slot",
    "TimeExistsTwice",
    "Window",
    "WorkingCalendar",
    "bars",
    "breaks",
    "earliest",
    "exact_instant",
    "measure",
    "month_of",
    "next_slots",
    "objections",
    "slot_instant",
    "window",
]
