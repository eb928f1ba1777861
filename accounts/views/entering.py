"""Coming in without being signed in: a new password, and accepting an invitation."""

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from accounts import inviting, letters
from accounts.forms import AcceptForm, AskResetForm, ResetForm
from accounts.models import Invitation, Letter


def ask_reset(request: HttpRequest) -> HttpResponse:
    """Ask for the address."""
    return render(request, "accounts/reset_ask.html", {"form": AskResetForm()})


def promise_reset(request: HttpRequest) -> HttpResponse:
    """Promise a mail. Whether there is such an account is found out by the worker, long after this answer."""
    form = AskResetForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/reset_ask.html", {"form": form}, status=422)
    address = form.cleaned_data["address"].lower()
    refusal: HttpResponse | None = consume_or_429(request, action="reset_password", key=address)
    if refusal:
        return refusal
    letters.post(Letter.Kind.RESET, address)
    return redirect("accounts:reset_asked")


def reset_asked(request: HttpRequest) -> HttpResponse:
    """What happens next, for every address alike."""
    return render(request, "accounts/reset_asked.html")


class ResetView(PasswordResetConfirmView):
    """Choose the new password. The token leaves the address at once, and every session ends with the old password."""

    template_name = "accounts/reset.html"
    form_class = ResetForm
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: object) -> HttpResponse:
        answer = super().form_valid(form)  # type: ignore[arg-type]  # the stubs name a form of models
        messages.success(self.request, "Your password is changed. Sign in with it now.")
        return answer


@never_cache
def ask_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for name and password."""
    invitation = Invitation.objects.by_token(token).select_related("user").first()
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    form = AcceptForm(invitation.user, initial={"name": invitation.user.name})
    return render(request, "accounts/invitation.html", {"form": form, "address": invitation.user.email})


@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the password, once; signing in then asks for a second factor."""
    invitation = Invitation.objects.by_token(token).select_related("user").first()
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    form = AcceptForm(invitation.user, request.POST)
    if not form.is_valid():
        context = {"form": form, "address": invitation.user.email}
        return render(request, "accounts/invitation.html", context, status=422)
    try:
        inviting.accept(token, name=form.cleaned_data["name"], password=form.cleaned_data["new_password1"])
    except inviting.InvitationUsed:
        return render(request, "accounts/invitation_over.html", status=404)
    messages.success(request, "Welcome. Sign in with your new password; the next page sets up your second factor.")
    return redirect("account_login")
