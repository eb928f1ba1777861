"""What several forms of one advisory show beside their fields."""

from typing import Any

from django import template
from django.db.models.functions import Now

from advisories.models import Advisory, Arming

register = template.Library()


@register.inclusion_tag("advisories/_held_back.html", takes_context=True)
def held_back_by_a_change(context: dict[str, Any], advisory: Advisory) -> dict[str, Any]:
    """What of the advisory goes out by itself, and would no more once it is changed; to those who approve it."""
    coming = Arming.objects.visible_to(context["request"].user).in_force().filter(public_at__gt=Now())
    with_it = coming.filter(batch__entries__advisory=advisory, batch__entries__left_at=None)
    return {"arming": with_it.select_related("batch").first()}
