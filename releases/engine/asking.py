"""Someone who keeps asking one long-living git command."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from releases.engine.conversation import Conversation
from releases.engine.git import Git


class Asking:
    """Holds a git process from the first question on: close it, or use `with`. Not safe to share between threads."""

    def __init__(self, git: Git, verb: str, *arguments: str, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are git's, for this command alone."""
        self.git = git
        self._settings = settings
        self._command = (verb, *arguments)
        self._conversation: Conversation | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the git behind this, if there is one."""
        return self._conversation.pid if self._conversation is not None else None

    def close(self) -> None:
        """End the git process behind this."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _talk(self) -> Conversation:
        if self._conversation is None:
            self._conversation = self.git.converse(*self._command, settings=self._settings)
        return self._conversation
