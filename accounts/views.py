"""Signing in."""

from django.contrib.auth.views import LoginView

from accounts.forms import SignInForm


class SignInView(LoginView):
    """Ask for address and password; someone already signed in goes on."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True
