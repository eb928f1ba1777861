"""Kombu's filesystem transport, made to survive: messages appear whole or not at all, and a broken one ends no worker.

The stock transport opens a file before it writes it. A reader that is quick, or a writer that is killed in between,
leaves a text that isn't JSON, and the worker that meets it ends with an unrecoverable error; a routing table broken in
this way keeps every worker from starting again. Here both are written beside their place and renamed into it.
"""

import contextlib
import fcntl
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

_EXCHANGE = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]*")
"""Becomes a file's name."""

Binding = tuple[str, str, str]
"""Routing key, pattern, queue."""


class Channel(filesystem.Channel):
    """Messages and routing tables as files. A message that can't be read is dropped: the row is rung for again."""

    def get_table(self, exchange: str) -> list[Any]:
        return [filesystem.exchange_queue_t(*binding) for binding in _table(self._table_file(exchange))]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        binding = (routing_key or "", pattern or "", queue or "")
        with self._changing(exchange) as table:
            if binding not in table:
                table.insert(0, binding)

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        binding = (routing_key or "", pattern or "", queue or "")
        self._purge(queue)
        with self._changing(exchange) as table, contextlib.suppress(ValueError):
            table.remove(binding)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as its parent does
        name = f"{time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(entry.name for entry in folder.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".taken-{uuid.uuid4()}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue
            payload = taken.read_bytes()
            taken.unlink()
            with contextlib.suppress(ValueError):
                return loads(payload.decode("utf-8", "replace"))
        raise Empty

    def _table_file(self, exchange: str) -> Path:
        if not _EXCHANGE.fullmatch(exchange):
            raise ChannelError(f"not an exchange's name: {exchange!r}")
        return Path(self.control_folder) / f"{exchange}.exchange"

    @contextlib.contextmanager
    def _changing(self, exchange: str) -> Iterator[list[Binding]]:
        """The exchange's bindings, to be changed in place; one process at a time."""
        file = self._table_file(exchange)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_name(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = _table(file)
            before = list(table)
            yield table
            if table != before or not file.exists():
                _write(file, dumps(table))


class Transport(filesystem.Transport):
    """The stock transport with the channel above."""

    Channel = Channel


def _table(file: Path) -> list[Binding]:
    """The bindings in a routing table; none where it is missing or was broken by a kill."""
    try:
        return [(str(key), str(pattern), str(queue)) for key, pattern, queue in loads(file.read_text())]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{uuid.uuid4()}")
    draft.write_text(text)
    draft.replace(file)
