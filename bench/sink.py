"""`python -m bench.sink`: a mail server on this machine that takes every letter and keeps none; says its port first."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Takes everything."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        """What aiosmtpd calls for each letter."""
        return "250 Taken"


@contextlib.contextmanager
def listening() -> Iterator[int]:
    """A sink in a process of its own, so that what it does is not counted as ours; its port."""
    process = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
