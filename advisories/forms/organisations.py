"""What a member's own people fill in: contacts and the role address."""

from django import forms

from advisories.models import ContactRight


class ContactForm(forms.Form):
    """Somebody who is to speak for the organisation."""

    address = forms.EmailField(max_length=254, label="Mail address")
    name = forms.CharField(required=False, max_length=120)
    right = forms.ChoiceField(
        choices=ContactRight.choices,
        initial=ContactRight.READ,
        widget=forms.RadioSelect,
        label="May",
        help_text="Each includes those before it. Giving somebody another right replaces the one they have.",
    )


class RoleAddressForm(forms.Form):
    """Another address to write to."""

    address = forms.EmailField(
        max_length=254,
        label="Another role address",
        help_text="No single person owns it. It counts once somebody there has followed the link that we send.",
    )
