"""Who has a desk among members: contacts of organisations that are on the list now."""

from django.http import Http404

from accounts.access import Viewer
from advisories.models import Contact, ContactRight, Membership


def is_member(viewer: Viewer) -> bool:
    """Whether `viewer` speaks for an organisation that is on the list now."""
    return Contact.objects.of(viewer).speaking().exists()


def members_only(viewer: Viewer) -> None:
    """Let contacts of active members in. Raises `Http404` for everyone else, so that nobody learns what is here."""
    if not is_member(viewer):
        raise Http404


def memberships_of(viewer: Viewer, least: ContactRight = ContactRight.READ) -> list[tuple[Contact, Membership]]:
    """Each place of `viewer` as a contact that lets them do `least`, with the membership it counts for now."""
    places = {one.organisation_id: one for one in Contact.objects.of(viewer, least).select_related("organisation")}
    active = Membership.objects.visible_to(viewer).filter(organisation__in=places).active()
    return [(places[one.organisation_id], one) for one in active.order_by("organisation__name")]
