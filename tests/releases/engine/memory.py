"""A source of trees and blobs that lives in a dictionary."""

from collections.abc import Mapping

from releases.engine.trees import DIRECTORY, Entry, Overlay, object_id

Files = dict[bytes, tuple[int, bytes]]
"""A tree written down flat: path to mode and content; a gitlink's content is its commit id."""


class MemorySource:
    """Trees and blobs in memory; `objects` maps an id to kind and content, as git would store them."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, bytes]] = {}
        self.trees: dict[str, dict[bytes, Entry]] = {}
        self.read: list[str] = []
        """Ids of the trees and blobs that were asked for, in order."""

    def tree(self, oid: str) -> Mapping[bytes, Entry]:
        self.read.append(oid)
        return self.trees[oid]

    def blob(self, oid: str) -> bytes:
        self.read.append(oid)
        return self.objects[oid][1]

    def add_blob(self, content: bytes) -> str:
        oid = object_id(b"blob", content)
        self.objects[oid] = (b"blob", content)
        return oid

    def add_tree(self, files: Files) -> str:
        """Store `files` as a tree of trees; its id."""
        entries: dict[bytes, Entry] = {}
        below: dict[bytes, Files] = {}
        for path, (mode, content) in files.items():
            name, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(name, {})[rest] = (mode, content)
            elif mode == 0o160000:
                entries[name] = Entry(mode, content.decode())
            else:
                entries[name] = Entry(mode, self.add_blob(content))
        for name, inner in below.items():
            entries[name] = Entry(DIRECTORY, self.add_tree(inner))
        order = sorted(entries, key=lambda name: name + b"/" if entries[name].mode == DIRECTORY else name)
        raw = b"".join(b"%o %s\0" % (entries[name].mode, name) + bytes.fromhex(entries[name].oid) for name in order)
        oid = object_id(b"tree", raw)
        self.objects[oid] = (b"tree", raw)
        self.trees[oid] = entries
        return oid


def overlay_of(files: Files) -> Overlay:
    """An overlay on a tree that holds `files`."""
    source = MemorySource()
    return Overlay(source, source.add_tree(files))


def text_files(**contents: bytes) -> Files:
    """Regular files by name."""
    return {name.encode(): (0o100644, content) for name, content in contents.items()}
