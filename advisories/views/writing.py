"""Writing the text: the form, the preview while typing, and what happens where two write at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest, visitor
from advisories.forms.advisory import TextForm, decided
from advisories.lifecycle import HasEnded
from advisories.models import Advisory, StaleAdvisory, TextVersion
from advisories.sections import HEADINGS, NAMES, Audience
from advisories.views.writers import back_to_what_ended, writers_advisory
from advisories.writing import drafting, typed
from advisories.writing.merging import side_by_side
from advisories.writing.showing import rendered


def ask_text(request: HttpRequest, number: int) -> HttpResponse:
    """The form with the text as it is, or as it was typed before the session ended."""
    advisory = writers_advisory(request, number)
    kept = typed.kept_for(request)
    if kept is None and advisory.has_ended:
        return back_to_what_ended(request, advisory)
    if kept is not None:
        messages.warning(request, "Your text was kept while you signed in. It is not saved yet.")
        return _page(request, advisory, TextForm(initial=kept.dict(), instance=advisory))
    return _page(request, advisory, TextForm(instance=advisory, initial={"read_version": advisory.text_version}))


def edit(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep the changed text, or show both where somebody else changed the same section."""
    advisory = writers_advisory(request, number)
    form = TextForm(_decided(request, advisory), instance=advisory)
    if not form.is_valid():
        return _page(request, advisory, form, status=422)
    try:
        merged = drafting.keep_text(
            advisory, form.typed, read_version=form.cleaned_data["read_version"], by=request.user
        )
    except drafting.TextConflict as conflict:
        return _conflict(request, advisory, conflict)
    except HasEnded as refusal:
        messages.error(request, f"{refusal} What you wrote is below and is not kept.")
        return _page(request, advisory, form, status=409)
    except StaleAdvisory:
        messages.error(request, "Others keep saving this text. Yours is below and not saved yet: save it again.")
        return _page(request, advisory, form, status=409)
    taken = ", ".join(HEADINGS[name].lower() for name in merged.from_them)
    messages.success(
        request, f"{advisory} was kept." + (f" What others wrote meanwhile stays: {taken}." if taken else "")
    )
    return redirect(advisory)


@require_POST
def preview(request: SignedInRequest, number: int) -> HttpResponse:
    """What was typed, as its readers would see it. Nothing is kept."""
    advisory = writers_advisory(request, number)
    if request.headers.get("HX-Request"):
        return render(request, "advisories/_preview.html", _preview(request.POST))
    form = TextForm(initial=request.POST.dict(), instance=advisory)
    return _page(request, advisory, form, shown=request.POST)


def keep_typed(request: HttpRequest, number: int) -> str:
    """Put away what was typed in the form of an advisory; says nothing about whether there is one."""
    return typed.keep(request, reverse("advisories:edit", args=[number]), visitor(request))


def _decided(request: HttpRequest, advisory: Advisory) -> QueryDict:
    version = request.POST.get("read_version", "")
    theirs = drafting.text_at(advisory, int(version)) if version.isdecimal() and len(version) < 10 else None
    return decided(request.POST, theirs or {})


def _preview(sent: QueryDict) -> dict[str, Any]:
    audience = Audience.MEMBER if sent.get("audience") == Audience.MEMBER else Audience.READER
    texts = {name: sent.get(name, "").replace("\r\n", "\n") for name in NAMES}
    return {"title": sent.get("title", ""), "sections": rendered(texts, audience), "audience": audience}


def _page(
    request: HttpRequest, advisory: Advisory, form: TextForm, *, status: int = 200, shown: QueryDict | None = None
) -> HttpResponse:
    if shown is None:
        shown = QueryDict(mutable=True)
        shown.update({name: str(form[name].value() or "") for name in ("title", *NAMES)})
    return render(
        request, "advisories/text_form.html", {"form": form, "advisory": advisory, **_preview(shown)}, status=status
    )


def _conflict(request: HttpRequest, advisory: Advisory, conflict: drafting.TextConflict) -> HttpResponse:
    """Both texts, section by section; everything that was typed is in the page."""
    open_ones = {one.name for one in conflict.conflicts}
    last = TextVersion.objects.visible_to(request.user).filter(advisory=advisory, version=conflict.version)
    context = {
        "advisory": advisory,
        "version": conflict.version,
        "theirs": last.select_related("by").first(),
        "settled": [(name, text) for name, text in conflict.merged.texts.items() if name not in open_ones],
        "taken": [HEADINGS[name] for name in conflict.merged.from_them],
        "conflicts": [(one, HEADINGS[one.name], side_by_side(one.theirs, one.mine)) for one in conflict.conflicts],
    }
    return render(request, "advisories/text_conflict.html", context, status=409)
