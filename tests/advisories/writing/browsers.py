"""Browsers of people who work on one advisory."""

from django.test import Client

from advisories.models import Advisory, Seat
from advisories.models.seat import Right
from tests.make import make_user, signed_in


def guest_of(advisory: Advisory, right: Right = Right.COMMENT) -> Client:
    user = make_user()
    Seat.objects.create(advisory=advisory, user=user, right=right)
    return signed_in(user)
