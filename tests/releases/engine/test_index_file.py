"""An index that we write and git reads."""

from releases.engine.environment import scratch_directory
from releases.engine.git import Git
from releases.engine.index_file import index_file
from releases.engine.trees import Entry
from tests.upstream import Upstream


def test_git_reads_every_entry(upstream: Upstream) -> None:
    modes = (0o100644, 0o100755, 0o120000, 0o160000)
    names = [
        b"z",
        b"a",
        b"a.c",
        b"a/b",
        b"a-b",
        b"caf\xc3\xa9",
        *(b"n" * length for length in range(1, 20)),
        b"l" * 5000,
    ]
    files = {name: Entry(modes[number % 4], f"{number + 1:040x}") for number, name in enumerate(names)}
    with scratch_directory() as scratch:
        scratch.index.write_bytes(index_file(files, 40))
        listed = Git(upstream.path).run("ls-files", "--stage", "-z", scratch=scratch).stdout
    rows = [b"%06o %s 0\t%s" % (entry.mode, entry.oid.encode(), name) for name, entry in sorted(files.items())]
    assert listed.split(b"\0")[:-1] == rows


def test_an_index_of_nothing_is_one(upstream: Upstream) -> None:
    with scratch_directory() as scratch:
        scratch.index.write_bytes(index_file({}, 40))
        assert Git(upstream.path).run("ls-files", "--stage", scratch=scratch).stdout == b""
