"""One's own account: the seats one holds, and the sessions that are open."""

import uuid

from django.contrib import messages
from django.db.models.functions import Now
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from accounts.models import Session, TeamSeat


@require_safe
def own_account(request: SignedInRequest) -> HttpResponse:
    """Own seats on the team, and own sessions, the latest first."""
    person = request.user
    seats = TeamSeat.objects.filter(user=person).order_by("-from_at")
    open_ones = Session.objects.filter(user=person, expire_date__gt=Now()).order_by("-seen_at")
    here = request.session.session_key
    rows = [(one, one.session_key == here) for one in open_ones]
    return render(request, "accounts/own_account.html", {"seats": seats, "sessions": rows, "person": person})


@require_POST
def end_session(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions; its next request is a stranger's."""
    sessions = Session.objects.filter(user=request.user, public_id=public_id)
    keys = set(sessions.values_list("session_key", flat=True))
    if not keys:
        raise Http404
    sessions.delete()
    if request.session.session_key in keys:
        request.session.flush()
        return redirect("home")
    messages.success(request, "That session has ended.")
    return redirect("accounts:own")


@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    others = Session.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    others.delete()
    messages.success(request, "Every other session has ended.")
    return redirect("accounts:own")
