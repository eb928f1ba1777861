"""Files that leave the portal byte for byte."""

import re

from django.http import HttpResponse


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """An answer that a browser saves and never shows: a patch may hold anything, markup included."""
    response = HttpResponse(content, content_type=content_type)
    safe = re.sub(r"[^A-Za-z0-9._+-]+", "-", name).lstrip(".-") or "download"
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
