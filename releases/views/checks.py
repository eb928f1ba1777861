"""One check, and the list that would make a series apply."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories.downloads import attachment
from releases.access import may_run_branches, may_take_flags
from releases.evidence import backport
from releases.evidence.dossier import ROWS, open_dossier
from releases.forms import FlagOwnerForm
from releases.models import Check, Flag


@public_page
@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Verdict, patches, what is in the way and what would help; hidden and missing look the same."""
    seen = get_object_or_404(Check.objects.visible_to(request.user).select_related(*ROWS), pk=pk)
    flags = Flag.objects.known_to(request.user).open().filter(series=seen.revision.series, branch=seen.branch)
    flag = flags.select_related("owner").first()
    context = {
        "dossier": open_dossier(seen, request.user),
        "flag": flag,
        "owner_form": FlagOwnerForm(instance=flag) if may_take_flags(request.user) else None,
        "may_run_branches": may_run_branches(request.user),
        "may_take_flags": may_take_flags(request.user),
    }
    return render(request, "releases/check_detail.html", context)


@public_page
@require_safe
def check_mbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Prerequisites and patches as one mbox for `git am`; not there where the list holds something hidden."""
    seen = get_object_or_404(Check.objects.with_list_visible_to(request.user).select_related(*ROWS), pk=pk)
    try:
        content = backport.as_mbox(seen, request.user)
    except backport.NothingToApply:
        raise Http404 from None
    except backport.MirrorMissing as missing:
        return render(request, "releases/mirror_missing.html", {"check": seen, "why": str(missing)}, status=503)
    return attachment(content, backport.file_name(seen), "application/mbox")
