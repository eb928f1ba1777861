"""Trees and blobs of one repository through one long-living `git cat-file --batch`."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from releases.engine.asking import Asking
from releases.engine.git import Git, GitTrouble
from releases.engine.trees import Entry

_AT_ONCE = 256
"""Objects asked for in one go; their ids together stay well below what a pipe holds."""

_MODEST = {"core.deltaBaseCacheLimit": "2m", "core.packedGitLimit": "4m"}
"""What is read twice is kept here; git needn't keep it too."""

_TREES_KEPT = 2_000
_BLOB_BYTES_KEPT = 4 * 1024 * 1024


class MissingObject(GitTrouble):
    """The repository lacks an object, or it is of another kind than the one asked for."""

    def __init__(self, oid: str, kind: str) -> None:
        super().__init__("cat-file", f"there is no {kind} {oid}")


class Objects(Asking):
    """The `Source` of overlays. Holds a git process once something was read: close it, or use `with`.

    Keeps the trees and blobs read last, some 4 MB of blobs at most. Not safe to share between threads.
    """

    def __init__(self, git: Git) -> None:
        super().__init__(git, "cat-file", "--batch", settings=_MODEST)
        self._trees: OrderedDict[str, Mapping[bytes, Entry]] = OrderedDict()
        self._blobs: OrderedDict[str, bytes] = OrderedDict()
        self._blob_bytes = 0

    def root(self, commit: str) -> str:
        """The id of a commit's tree. Raises `MissingObject`."""
        [(kind, content)] = self._read([commit])
        if kind != b"commit":
            raise MissingObject(commit, "commit")
        return content[5 : content.index(b"\n")].decode("ascii")

    def tree(self, oid: str) -> Mapping[bytes, Entry]:
        """The raw entries of one tree, by name. Raises `MissingObject`."""
        found = self._trees.get(oid)
        if found is None:
            [(kind, content)] = self._read([oid])
            if kind != b"tree":
                raise MissingObject(oid, "tree")
            found = self._trees[oid] = dict(_entries(content, len(oid) // 2))
            if len(self._trees) > _TREES_KEPT:
                self._trees.popitem(last=False)
        return found

    def blob(self, oid: str) -> bytes:
        """The content of a blob. Raises `MissingObject`."""
        if oid not in self._blobs:
            self.read_ahead([oid])
        self._blobs.move_to_end(oid)
        return self._blobs[oid]

    def read_ahead(self, oids: Iterable[str]) -> None:
        """Read several blobs in one go: those that will be asked for next."""
        wanted = [oid for oid in dict.fromkeys(oids) if oid not in self._blobs]
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            # Every answer is taken before anything is raised: the next request must not meet the rest of this one.
            answers = list(zip(some, self._read(some), strict=True))
            for oid, (kind, content) in answers:
                if kind != b"blob":
                    raise MissingObject(oid, "blob")
                self._keep(oid, content)

    def _keep(self, oid: str, content: bytes) -> None:
        self._blobs[oid] = content
        self._blob_bytes += len(content)
        while self._blob_bytes > _BLOB_BYTES_KEPT and len(self._blobs) > 1:
            _, dropped = self._blobs.popitem(last=False)
            self._blob_bytes -= len(dropped)

    def _read(self, oids: Sequence[str]) -> Iterator[tuple[bytes, bytes]]:
        """Kind and content of each object, in order; the kind is `missing` where there is none."""
        talk = self._talk()
        talk.say("".join(f"{oid}\n" for oid in oids).encode("ascii"))
        for _ in oids:
            head = talk.line().split(b" ")
            if len(head) != 3:
                yield b"missing", b""
                continue
            content = talk.exactly(int(head[2]) + 1)
            yield head[1], content[:-1]


def _entries(content: bytes, id_size: int) -> Iterator[tuple[bytes, Entry]]:
    at = 0
    while at < len(content):
        space = content.index(b" ", at)
        end = content.index(b"\0", space)
        oid = content[end + 1 : end + 1 + id_size]
        yield content[space + 1 : end], Entry(int(content[at:space], 8), oid.hex())
        at = end + 1 + id_size
