"""Which members are not told of one advisory: those who work on it read it, the team changes it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories.access import may_write_advisories
from advisories.forms.judging import KeepFromForm
from advisories.models import Advisory, Delivery, KeptFrom, Membership, Organisation
from advisories.predisclosure import keeping_from
from advisories.predisclosure.applications import NoReason


def kept_from(request: SignedInRequest, number: int) -> HttpResponse:
    """Whom it is kept from and why, and the form to keep it from more."""
    return _page(request, _advisory(request, number))


def keep(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep it from members."""
    found = _advisory(request, number)
    form = KeepFromForm(request.POST, choices=_choices(request, found))
    if not form.is_valid():
        return _page(request, found, status=422, form=form)
    told = form.cleaned_data
    try:
        made = keeping_from.keep(found, list(told["organisations"]), told["reason"], by=request.user)
    except (NoReason, keeping_from.IsPublic) as refusal:
        form.add_error(None, f"Nothing was done: {refusal}.")
        return _page(request, found, status=422, form=form)
    messages.success(request, f"{found.label} is kept from {', '.join(str(one.organisation) for one in made)}.")
    return redirect("joining:kept_from", number)


@require_POST
def tell_again(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Keep it from one of them no longer."""
    found = _advisory(request, number)
    kept = KeptFrom.objects.visible_to(request.user).filter(advisory=found).select_related("organisation", "advisory")
    row = get_object_or_404(kept, pk=pk)
    if keeping_from.tell_again(row, by=request.user):
        messages.success(request, f"{row.organisation} is told of what comes next about {found.label}.")
    return redirect("joining:kept_from", number)


def _advisory(request: SignedInRequest, number: int) -> Advisory:
    found = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    if not may_write_advisories(request.user):
        raise PermissionDenied
    return found


def _choices(request: SignedInRequest, found: Advisory) -> QuerySet[Organisation]:
    kept = KeptFrom.objects.visible_to(request.user).filter(advisory=found).values("organisation")
    members = Membership.objects.visible_to(request.user).on_the_list().values("organisation")
    return Organisation.objects.visible_to(request.user).filter(pk__in=members).exclude(pk__in=kept)


def _page(
    request: SignedInRequest, found: Advisory, *, status: int = 200, form: KeepFromForm | None = None
) -> HttpResponse:
    kept = KeptFrom.objects.visible_to(request.user).filter(advisory=found).select_related("organisation", "by")
    holds = Delivery.objects.visible_to(request.user).filter(tiding__advisory=found, tiding__revision__isnull=False)
    choices = _choices(request, found)
    context = {
        "advisory": found,
        "kept": kept,
        "holding": set(holds.values_list("membership__organisation", flat=True)),
        "form": form or KeepFromForm(choices=choices),
        "has_choices": choices.exists(),
        "is_secret": Advisory.objects.visible_to(request.user).embargoed().filter(pk=found.pk).exists(),
    }
    return render(request, "joining/kept_from.html", context, status=status)
