"""Steps that a person takes with an advisory alone, and what its text lacks before it can be called ready."""

from django.utils import timezone

from accounts.models import User
from advisories.lifecycle import LEAVES_A_NOTE, State, StepNotAllowed
from advisories.models import Advisory, Affected, Finder
from advisories.release.missing import Facts, Missing, missing_for
from advisories.reporting import crediting
from advisories.steps import BY_RELEASE


class NotReady(Exception):
    """The text lacks what its readers need; `lacks` says what."""

    def __init__(self, lacks: tuple[Missing, ...]) -> None:
        super().__init__(" ".join(str(lack) for lack in lacks))
        self.lacks = lacks


def take(advisory: Advisory, target: State, *, by: User) -> None:
    """Take one step of the lifecycle. Raises `NotReady`, `StepNotAllowed` and `StaleAdvisory`.

    What ends an advisory is `numbering`'s to do, and what sends one out a release's.
    """
    if target in LEAVES_A_NOTE | BY_RELEASE:
        raise StepNotAllowed(State(advisory.state), target)
    if target is State.READY and (lacks := lacks_of(advisory)):
        raise NotReady(lacks)
    advisory.move_to(target, by=by)


def lacks_of(advisory: Advisory, affected: list[Affected] | None = None) -> tuple[Missing, ...]:
    """What the text still lacks before it can be called ready; patches and dates are others' to say.

    `affected` is what is said of versions, where the caller has read it already.
    """
    if advisory.state not in (State.RESERVED, State.DRAFTING, State.READY):
        return ()
    finders = list(Finder.objects.credited_on(advisory))
    facts = Facts(
        now=timezone.now(),
        title=advisory.title,
        sections=frozenset(name for name, text in advisory.texts.items() if text.strip()),
        affected_said=advisory.affected.exists() if affected is None else bool(affected),
        undecided_credits=crediting.undecided(finders),
        named_in_spite=crediting.named_in_spite(
            finders, (text for name, text in advisory.texts.items() if name != "notes")
        ),
        is_out=advisory.is_already_public,
        deployment_said=bool(advisory.deployment.strip()) or advisory.permissions.exists(),
    )
    return missing_for(facts, State.READY)
