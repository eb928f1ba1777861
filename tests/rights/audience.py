"""The kinds of audience that an address can have, and what everybody else hears there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from tests.rights.people import Kind
from tests.rights.stage import Stage


class Answer(Enum):
    """What somebody finds at an address."""

    IN = "let in"
    REFUSED = "told that it is not for them (403)"
    HIDDEN = "answered as if there were nothing (404)"
    SIGN_IN = "sent to sign in, or to their second factor"


Rule = Callable[[Kind, Stage], bool]


@dataclass(frozen=True)
class Audience:
    """Who is let in; who is refused, since they know of it anyway; everyone else hears that there is nothing."""

    enters: Rule
    knows: Rule = lambda who, what: True
    is_open: bool = False
    """Nobody is sent to sign in."""
    is_before_second_factor: bool = False
    is_there: Callable[[str], bool] = lambda state: True
    """Whether there is anything in a state of the advisory: where not, nobody who is let in finds it either."""

    def in_states(self, *names: str) -> "Audience":
        """The same, of what is there in these states of the advisory alone."""
        return replace(self, is_there=lambda state: state in names)

    def except_in(self, *names: str) -> "Audience":
        """The same, of what is there in all states but these."""
        return replace(self, is_there=lambda state: state not in names)

    def answer(self, who: Kind, what: Stage) -> Answer:
        """What `who` finds there."""
        if not self.is_open and not who.has_signed_in and not (self.is_before_second_factor and who.is_half_in):
            return Answer.SIGN_IN
        if self.enters(who, what):
            return Answer.IN if self.is_there(what.name) else Answer.HIDDEN
        return Answer.REFUSED if self.knows(who, what) else Answer.HIDDEN


def _team(who: Kind, what: Stage) -> bool:
    return who.is_security or who.is_coordinator


def _managers(who: Kind, what: Stage) -> bool:
    return _team(who, what) or who.is_release_manager


def _works(who: Kind, what: Stage) -> bool:
    return _team(who, what) or bool(who.right)


def _reads(who: Kind, what: Stage) -> bool:
    return what.is_public or _works(who, what)


def _comments(who: Kind, what: Stage) -> bool:
    return _team(who, what) or who.right in ("comment", "upload")


def _uploads(who: Kind, what: Stage) -> bool:
    return _team(who, what) or who.right == "upload"


def _knows_date(who: Kind, what: Stage) -> bool:
    return _team(who, what) or (who.is_release_manager and what.is_date_settled)


def _all(who: Kind, what: Stage) -> bool:
    return True


def _nobody(who: Kind, what: Stage) -> bool:
    return False


def _holds(who: Kind, what: Stage) -> bool:
    return who.was_told and what.is_delivered


def _answers(who: Kind, what: Stage) -> bool:
    return _holds(who, what) and who.may_answer


EVERYONE = Audience(_all, is_open=True)
"""Open; what it shows to whom is the query's business."""
LINK_HOLDERS = Audience(_all, is_open=True)
"""Whoever knows the secret word in the address; a wrong one is answered as if there were nothing."""
NOWHERE = EVERYONE.in_states()
"""Whatever leads nowhere, for everybody alike."""
OWN_ACCOUNT = Audience(_all, is_before_second_factor=True)
"""Whoever signed in, also without a second factor: to set one up, to leave."""
SIGNED_IN = Audience(_all)
"""One's own account; somebody else's rows are answered as if there were nothing."""
TEAM = Audience(_team)
"""Security team and coordinators, of what everyone knows to be there: triage, planning, a new advisory."""
TEAM_ONLY = Audience(_team, _nobody)
"""The same, of what nobody else may know to be there: reports, letters."""
ANY_SEAT = Audience(_managers)
"""Everyone with a seat on the team."""
COORDINATORS = Audience(lambda who, what: who.is_coordinator)
KEEPERS = Audience(lambda who, what: _managers(who, what) or who.is_operator)
"""Those who keep trees: any seat on the team, and operators."""
READERS = Audience(_reads, _nobody, is_open=True)
"""Of an advisory: everyone once it is public, before that those who work on it."""
PUBLISHED = Audience(lambda who, what: what.is_public, _nobody, is_open=True)
"""What is published of an advisory; before that there is nothing, for the team neither."""
WORKERS = Audience(_works, _nobody)
"""Who works on an advisory: the team, and whoever holds a seat on it."""
COMMENTERS = Audience(_comments, _works)
"""Who takes part in what is said about it; a seat to read is refused."""
GUESTS_WHO_COMMENT = Audience(lambda who, what: _comments(who, what) and not _team(who, what), _works)
"""What guests say for themselves."""
UPLOADERS = Audience(_uploads, _reads)
WRITERS = Audience(_team, _reads)
"""Who writes an advisory; whoever may read it is refused."""
DECIDERS = Audience(_team, _works)
"""The team, of what only those who work on it know to be there."""
RELEASERS = Audience(_team, _knows_date)
"""The team, of a release of which release managers know the date."""
DATES = Audience(_managers, _nobody)
"""The desk: the team, and release managers, who see dates."""
ENDERS = Audience(_team, _nobody)
FLAG_KEEPERS = Audience(_managers, _reads)
"""Of a flag: release managers know it without reading its advisory."""
HOLDERS = Audience(_holds, _nobody)
"""Contacts of members, of an advisory that was delivered to them; for everyone else, the team too, there is nothing."""
CONTACTS = Audience(lambda who, what: who.is_member, _nobody)
"""Contacts of members, of what is their organisation's own; for everyone else there is nothing."""
ANSWERERS = Audience(lambda who, what: who.was_told and who.may_answer, lambda who, what: who.was_told)
"""Contacts who may answer for the organisation whose own it is; its contacts who only read are refused."""
HOLDERS_WHO_ANSWER = Audience(_answers, _holds)
"""The same, of an advisory that was delivered."""
AUTHORS = Audience(lambda who, what: who.is_author and what.is_delivered, _holds)
"""Whoever wrote it, of what everyone reads who holds the advisory."""
TOKEN_MAKERS = Audience(lambda who, what: who.is_member or _managers(who, what), _nobody)
"""Contacts of members, and the team: their own tokens."""
OWN_TOKENS = Audience(lambda who, what: who.is_author, _nobody)
"""Of a token: whose it is alone; whatever anybody else holds, there is nothing."""
PROGRAMS = Audience(_nobody, is_open=True)
"""Of the API: a token in a header, and never a session; everyone without one is refused alike."""
CIRCLE_KEEPERS = Audience(lambda who, what: who.is_coordinator, _team)
"""Coordinators, of applications, which the rest of the team reads."""
ORGANISATION = Audience(lambda who, what: _team(who, what) or who.was_told, _nobody)
"""A member's own page: its contacts and the team."""
OTHERS_MEMBERSHIP = Audience(lambda who, what: who.is_coordinator, lambda who, what: _team(who, what) or who.was_told)
"""Who stays on the list: coordinators decide, the team and the member itself know that it is on it."""
ORGANISATION_KEEPERS = Audience(
    lambda who, what: who.is_coordinator or (who.was_told and who.may_answer),
    lambda who, what: _team(who, what) or who.was_told,
)
"""Contacts who keep their organisation's things, and coordinators, who help."""
ORGANISATION_SPEAKERS = Audience(
    lambda who, what: who.was_told and who.may_answer, lambda who, what: _team(who, what) or who.was_told
)
"""What nobody says in an organisation's place."""
