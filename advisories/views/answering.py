"""What a contact answers on what their organisation holds: readiness, questions about the date; and its products."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from accounts.models.drawn import may_be_a_key
from advisories.forms.answering import AskForm, ProductForm, ReadinessForm
from advisories.models import AskKind, Contact, ContactRight, Organisation, Product, Revision
from advisories.predisclosure import answering, readiness
from advisories.predisclosure.answering import AskedAlready, SaysNothing, StaleReadiness


@require_safe
def page(request: SignedInRequest, number: int) -> HttpResponse:
    """How far each product is, what was asked of the date, and what other members say."""
    return _page(request, held_or_404(request, number))


def ask_readiness(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """The form for one product, with what was said last."""
    revision = held_or_404(request, number)
    product = _product(request, revision, pk)
    said = product.readiness.visible_to(request.user).standing().filter(advisory=revision.advisory_id).first()
    initial = {"read": said.pk, **{name: getattr(said, name) for name in _SAID}} if said else {}
    return _form(request, revision, product, ReadinessForm(initial=initial))


def say(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Keep an answer in the place of the one that was read."""
    revision = held_or_404(request, number)
    product = _product(request, revision, pk)
    form = ReadinessForm(request.POST)
    if not form.is_valid():
        return _form(request, revision, product, form, status=422)
    try:
        answering.say(revision.advisory_id, product, form.told, read=form.cleaned_data["read"], by=request.user)
    except StaleReadiness as stale:
        data = request.POST.copy()
        data["read"] = str(stale.standing.pk) if stale.standing else ""
        again = ReadinessForm(data)
        return _form(request, revision, product, again, status=409, theirs=stale.standing)
    messages.success(request, f"Kept for {product}.")
    return redirect("answering:readiness", number)


@require_POST
def ask(request: SignedInRequest, number: int) -> HttpResponse:
    """Tell the team that the date cannot be met, or ask for a later one."""
    revision = held_or_404(request, number)
    organisation = answering.answering_for(request.user, revision.advisory_id).filter(
        pk=_key(request.POST.get("organisation", ""))
    )
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, revision, ask_form=form, status=422)
    told = form.cleaned_data
    try:
        answering.ask(
            revision.advisory_id, get_object_or_404(organisation), AskKind(told["kind"]),
            wanted_at=told["wanted_at"], reason=told["reason"], by=request.user,
        )  # fmt: skip
    except SaysNothing as refusal:
        form.add_error(None, str(refusal))
        return _page(request, revision, ask_form=form, status=422)
    except AskedAlready:
        messages.error(request, "You have asked already, and the team has not answered yet.")
    else:
        messages.success(request, "The security team is told.")
    return redirect("answering:readiness", number)


@require_safe
def products(request: SignedInRequest) -> HttpResponse:
    """What the viewer's organisations answer for."""
    return _products(request, ProductForm())


@require_POST
def add_product(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another product to answer for."""
    organisation = _own(request, pk)
    form = ProductForm(request.POST)
    if not form.is_valid():
        return _products(request, form, at=organisation, status=422)
    try:
        answering.add_product(organisation, **form.cleaned_data, by=request.user)
    except IntegrityError:
        form.add_error("name", "You have one of that name.")
        return _products(request, form, at=organisation, status=422)
    return redirect("answering:products")


@require_POST
def retire_product(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask no more about a product; what was said of it stays."""
    product = get_object_or_404(Product.objects.visible_to(request.user).current(), pk=pk)
    _own(request, product.organisation_id)
    answering.retire_product(product, by=request.user)
    return redirect("answering:products")


def held_or_404(request: HttpRequest, number: int) -> Revision:
    """The newest revision that the viewer holds; hidden, missing and not delivered look the same."""
    revision = answering.held(request.user, number)
    if revision is None:
        raise Http404
    return revision


_SAID = ("status", "reason", "tracking_id", "note", "told_to")


def _key(told: str) -> int:
    return int(told) if may_be_a_key(told) else 0


def _product(request: SignedInRequest, revision: Revision, pk: int) -> Product:
    product = get_object_or_404(Product.objects.visible_to(request.user).current(), pk=pk)
    if not answering.answering_for(request.user, revision.advisory_id).filter(pk=product.organisation_id).exists():
        raise PermissionDenied
    return product


def _own(request: SignedInRequest, pk: int) -> Organisation:
    organisation = get_object_or_404(Organisation.objects.spoken_for_by(request.user), pk=pk)
    if not Contact.objects.of(request.user, ContactRight.ANSWER).filter(organisation=organisation).exists():
        raise PermissionDenied
    return organisation


def _page(
    request: SignedInRequest, revision: Revision, *, ask_form: AskForm | None = None, status: int = 200
) -> HttpResponse:
    mine = Organisation.objects.spoken_for_by(request.user).filter(merged_into__isnull=True)
    context = {
        "revision": revision,
        "number": revision.content["number"],
        "own": readiness.own(revision.advisory_id, list(mine), request.user),
        "may_answer_for": set(answering.answering_for(request.user, revision.advisory_id).values_list("pk", flat=True)),
        "shared": readiness.shared(revision.advisory_id, request.user),
        "ask_form": ask_form or AskForm(),
        "asked_for": _key(request.POST.get("organisation", "")),
    }
    return render(request, "members/readiness.html", context, status=status)


def _form(
    request: SignedInRequest, revision: Revision, product: Product, form: ReadinessForm, *, status: int = 200,
    theirs: object = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "revision": revision, "number": revision.content["number"], "product": product, "form": form, "theirs": theirs,
    }  # fmt: skip
    return render(request, "members/readiness_form.html", context, status=status)


def _products(
    request: SignedInRequest, form: ProductForm, *, at: Organisation | None = None, status: int = 200
) -> HttpResponse:
    mine = list(Organisation.objects.spoken_for_by(request.user).filter(merged_into__isnull=True))
    if not mine:
        raise Http404
    made = Product.objects.visible_to(request.user).current().filter(organisation__in=mine)
    may = set(Contact.objects.of(request.user, ContactRight.ANSWER).values_list("organisation", flat=True))
    rows = [(one, [p for p in made if p.organisation_id == one.pk], one.pk in may) for one in mine]
    context = {"rows": rows, "form": form, "at": at, "back": reverse("answering:products")}
    return render(request, "members/products.html", context, status=status)
