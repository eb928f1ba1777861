"""Bytes kept exactly as they came."""

import hashlib
from typing import Any

from django.db import models


class KeptFile(models.Model):
    """A file under its SHA-256; the name is what its sender called it, as one printable line."""

    position = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @staticmethod
    def values_of(name: str, content: bytes, position: int) -> dict[str, Any]:
        """The fields that follow from a name and bytes."""
        digest = hashlib.sha256(content).hexdigest()
        return {
            "position": position,
            "file_name": shown_name(name),
            "content": content,
            "size": len(content),
            "sha256": digest,
        }


def shown_name(name: str) -> str:
    """The last part of a path, without characters that deceive the eye; `file` where nothing is left."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character if character.isprintable() else "�" for character in base).strip()[:200] or "file"
