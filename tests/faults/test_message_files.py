"""The broker that needs no server: many writers and readers, and what a kill leaves behind."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import virtual

pytestmark = pytest.mark.timeout(30)


class Broker:
    """A broker of its own; each connection is as if from another process."""

    def __init__(self, place: Path) -> None:
        self.messages, self.control = place / "messages", place / "control"
        self.messages.mkdir()
        self.control.mkdir()

    def connection(self) -> Connection:
        folders = {"data_folder_in": str(self.messages), "data_folder_out": str(self.messages)}
        options = {**folders, "control_folder": str(self.control), "polling_interval": 0.01}
        made = Connection("filesystem://", transport="config.message_files:Transport", transport_options=options)
        transport: Any = made.transport
        transport.state = virtual.BrokerState()
        return made

    def put(self, numbers: range) -> None:
        with self.connection() as connection:
            queue = connection.SimpleQueue("bells")
            for number in numbers:
                queue.put({"number": number, "filler": "x" * 20_000})

    def take(self, taken: list[int], enough: int) -> None:
        """Append to `taken` until it holds `enough`, for ten seconds at most."""
        deadline = time.monotonic() + 10
        with self.connection() as connection:
            queue = connection.SimpleQueue("bells")
            while len(taken) < enough and time.monotonic() < deadline:
                try:
                    message = queue.get(timeout=0.2)
                except queue.Empty:
                    continue
                taken.append(message.payload["number"])
                message.ack()


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    return Broker(tmp_path)


def test_messages_read_while_they_are_written_are_whole_and_come_once(broker: Broker) -> None:
    taken: list[int] = []
    readers = [threading.Thread(target=broker.take, args=(taken, 200), daemon=True) for _ in range(2)]
    writers = [threading.Thread(target=broker.put, args=(range(start, start + 100),)) for start in (0, 100)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in (*writers, *readers):
        thread.join(15)
    assert sorted(taken) == list(range(200))


def test_a_broken_message_is_dropped_and_the_next_one_taken(broker: Broker) -> None:
    (broker.messages / "000_half.bells.msg").write_text('{"body": "eyJ')
    (broker.messages / "001_none.bells.msg").write_text("")
    broker.put(range(1))
    taken: list[int] = []
    broker.take(taken, 1)
    assert taken == [0]


def test_a_routing_table_that_a_kill_left_empty_is_made_anew(broker: Broker) -> None:
    broker.put(range(1))
    [table] = broker.control.glob("*.exchange")
    table.write_text("")
    broker.put(range(1, 2))
    taken: list[int] = []
    broker.take(taken, 2)
    assert sorted(taken) == [0, 1]
