"""Elements in their order on a baseline: which choices of them apply, every distinct sequence tried once.

Files that no rename, copy or directory ties together don't know of each other, so each group of tied paths is a
line-up of its own, and leaving out an element tries again only the groups it touches.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from releases.engine.apply import Conflict, HunkPlacement, Placed, apply_hunks, apply_patch, placements_of
from releases.engine.commute import Footprint, footprints, is_plain
from releases.engine.history import FileChange
from releases.engine.limits import Work
from releases.engine.patch import FilePatch, Patch
from releases.engine.tied import Tied, parents
from releases.engine.trees import REGULAR, TYPE_BITS, File, Overlay, canonical_mode
from releases.engine.windows import UPSTREAM, Window

Displaced = tuple[tuple[int, int], ...]
"""Hunks that landed elsewhere than their headers say: the number of each, and its line; both counted from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A window commit (`commit` is its index there) or a whole series, taken or left as one."""

    key: str
    """A commit id, or what the caller calls the series."""
    paths: frozenset[bytes]
    commit: int | None = None
    patches: tuple[Patch, ...] = ()
    """Of a series; those of a commit are read when needed."""
    footprints: tuple[Mapping[bytes, Footprint], ...] = ()
    """Of a series, patch by patch, where it stands in the line-up."""


@dataclass(slots=True, eq=False)
class _State:
    """The files of one group after some elements, and what follows from it."""

    files: tuple[File | None, ...]
    oids: tuple[str | None, ...]
    """The ids of those contents that are known without working them out; empty for a file that isn't there."""
    is_record: bool = True
    """Whether every element so far met the very contents it was made on: the repository's own record says the rest."""
    displaced: Mapping[bytes, Displaced] = field(default_factory=dict)
    """Where the last patch that led here stands on other lines than its headers say, by path."""
    after: dict[int, "_State | None"] = field(default_factory=dict)
    """Element -> the state once it is applied, None where it doesn't apply."""


@dataclass(slots=True, eq=False)
class _Group:
    paths: tuple[bytes, ...]
    members: tuple[int, ...]
    start: _State


class LineUp:
    """Elements in the order in which they would be applied to `baseline`, which is left as it is."""

    def __init__(
        self,
        baseline: Overlay,
        window: Window,
        elements: Sequence[Element],
        *,
        fixed: Collection[int],
        work: Work | None = None,
    ) -> None:
        """`fixed` are the elements that nobody will ask to leave out."""
        self.elements = tuple(elements)
        self._baseline = baseline.fork()
        self._window = window
        self._work = work or Work(UPSTREAM)
        window.tell_base(self._baseline)
        self._group_of: dict[bytes, int] = {}
        self._groups: list[_Group] = []
        self._form_groups()
        self._fixed = frozenset(fixed)
        self._footprints: dict[int, Sequence[Mapping[bytes, Footprint]]] = {}
        self._first_optional: dict[bytes, int] = {}
        self._last: dict[bytes, int] = {}
        for index, element in enumerate(self.elements):
            self._last.update(dict.fromkeys(element.paths, index))
            if index not in fixed:
                for path in element.paths:
                    self._first_optional.setdefault(path, index)
        self._groups_of = [tuple(sorted({self._group_of[path] for path in element.paths})) for element in self.elements]

    @property
    def baseline(self) -> Overlay:
        """What everything is applied to; not to be changed."""
        return self._baseline

    def first_failures(self, chosen: Collection[int]) -> dict[int, int]:
        """Group -> the first of the `chosen` elements that doesn't apply there; empty where all apply."""
        failures: dict[int, int] = {}
        for number, group in enumerate(self._groups):
            failed = self._first_failure(group, chosen)
            if failed is not None:
                failures[number] = failed
        return failures

    def fails(self, chosen: Collection[int], changed: Iterable[int]) -> bool:
        """Whether a choice fails in any group that the `changed` elements touch."""
        groups = {number for index in changed for number in self._groups_of[index]}
        return any(self._first_failure(self._groups[number], chosen) is not None for number in groups)

    def touches(self, index: int, group: int) -> bool:
        """Whether an element changes a path of a group."""
        return group in self._groups_of[index]

    def tied_together(self, chosen: Collection[int]) -> list[frozenset[int]]:
        """The `chosen` elements, divided so that no two parts touch the same group."""
        tied: Tied[int] = Tied()
        owner: dict[int, int] = {}
        for index in chosen:
            for number in self._groups_of[index]:
                tied.tie(owner.setdefault(number, index), index)
        parts: dict[int, set[int]] = {}
        for index in chosen:
            parts.setdefault(tied.find(index), set()).add(index)
        return [frozenset(part) for part in parts.values()]

    def footprints(self, index: int) -> Sequence[Mapping[bytes, Footprint]]:
        """What each patch of an element needs of each of its files, for those files where that matters.

        A file that nothing optional changes before it needs no reading: its place is left empty.
        """
        known = self._footprints.get(index)
        if known is None:
            known = self._footprints[index] = self._read_footprints(index)
        return known

    def paths_of(self, group: int) -> tuple[bytes, ...]:
        """The paths of a group."""
        return self._groups[group].paths

    def one_by_one(self, chosen: Iterable[int]) -> list[int]:
        """Apply the `chosen` elements in order, skipping each that doesn't apply; those that did."""
        states = [group.start for group in self._groups]
        applied: list[int] = []
        for index in sorted(chosen):
            after: dict[int, _State] = {}
            for number in self._groups_of[index]:
                state = self._after(self._groups[number], states[number], index)
                if state is None:
                    break
                after[number] = state
            else:
                applied.append(index)
                for number, state in after.items():
                    states[number] = state
        return applied

    def without(self, chosen: frozenset[int], dropped: int, needed: Collection[int]) -> frozenset[int] | None:
        """`chosen` without one element and those that no longer apply then; None where a `needed` one is hit."""
        return self.without_all(chosen, (dropped,), needed)

    def without_all(
        self, chosen: frozenset[int], dropped: Iterable[int], needed: Collection[int]
    ) -> frozenset[int] | None:
        """As `without`, for several elements at once."""
        rest = set(chosen)
        leaving = list(dropped)
        while leaving:
            index = leaving.pop()
            if index in needed:
                return None
            if index not in rest:
                continue
            rest.discard(index)
            for number in self._groups_of[index]:
                failed = self._first_failure(self._groups[number], rest)
                if failed is not None:
                    leaving.append(failed)
        return frozenset(rest)

    def result(self, chosen: Collection[int]) -> Overlay:
        """The baseline with the `chosen` elements applied, all of which must apply."""
        overlay = self._baseline.fork()
        for group in self._groups:
            state = self._last_state(group, chosen)
            if state is not group.start:
                _put(overlay, group.paths, state.files)
        return overlay

    def departing(self, chosen: Collection[int]) -> frozenset[bytes]:
        """The paths on which `chosen` elements, all of which apply, met other contents than those they were made on.

        On all others they retrace the repository's own record, blob by blob.
        """
        return frozenset(
            path for group in self._groups if not self._last_state(group, chosen).is_record for path in group.paths
        )

    def displaced(self, chosen: Collection[int]) -> dict[int, dict[bytes, Displaced]]:
        """Of the `chosen` elements, all of which must apply: the hunks that land elsewhere than their headers say.

        Element -> path -> hunks; of an element of several patches the last one counts.
        """
        found: dict[int, dict[bytes, Displaced]] = {}
        for group in self._groups:
            state = group.start
            for index in group.members:
                if index in chosen:
                    state = self._must_apply(group, state, index)
                    if state.displaced:
                        found.setdefault(index, {}).update(state.displaced)
        return found

    def _last_state(self, group: _Group, chosen: Collection[int]) -> _State:
        state = group.start
        for index in group.members:
            if index in chosen:
                state = self._must_apply(group, state, index)
        return state

    def _read_footprints(self, index: int) -> Sequence[Mapping[bytes, Footprint]]:
        element = self.elements[index]
        if element.commit is None:
            return element.footprints
        unread: dict[bytes, Footprint] = dict.fromkeys(element.paths, ())
        files = self._window.files(element.commit, [path for path in element.paths if self._may_meet(index, path)])
        return (unread | footprints(Patch(tuple(files))),)

    def _may_meet(self, index: int, path: bytes) -> bool:
        """Whether an element and one that may be left out both change a path: only then it matters where."""
        if self._first_optional.get(path, index) < index:
            return True
        return index not in self._fixed and self._last[path] > index

    def _must_apply(self, group: _Group, state: _State, index: int) -> _State:
        following = self._after(group, state, index)
        if following is None:
            raise ValueError(f"{self.elements[index].key} does not apply")
        return following

    def _first_failure(self, group: _Group, chosen: Collection[int]) -> int | None:
        state = group.start
        for index in group.members:
            if index in chosen:
                following = self._after(group, state, index)
                if following is None:
                    return index
                state = following
        return None

    def _after(self, group: _Group, state: _State, index: int) -> _State | None:
        try:
            return state.after[index]
        except KeyError:
            following = state.after[index] = self._applied(group, state, self.elements[index])
            return following

    def _applied(self, group: _Group, state: _State, element: Element) -> _State | None:
        if element.commit is None:
            patches: Sequence[Patch] = element.patches
        else:
            known = self._replaced(group, state, element.commit)
            if known is not None:
                return known
            patches = (Patch(tuple(self._window.files(element.commit, group.paths))),)
        for patch in patches:
            files = [file for file in patch.files if self._belongs(group, file)]
            if files:
                following = self._patched(group, state, files)
                if following is None:
                    return None
                state = following
        return state

    def _replaced(self, group: _Group, state: _State, commit: int) -> _State | None:
        """The state behind a commit that meets exactly the contents it was made on: git made its patch from them."""
        files, oids = list(state.files), list(state.oids)
        for change in self._window.commits[commit].changes:
            if self._group_of[change.path] != self._group_of[group.paths[0]]:
                continue
            slot = group.paths.index(change.path)
            file = files[slot]
            if oids[slot] != (change.old_oid or "") or _mode(file) != _old_mode(change):
                return None
            files[slot], oids[slot] = _new_side(change)
        return _State(tuple(files), tuple(oids), state.is_record)

    def _patched(self, group: _Group, state: _State, patches: Sequence[FilePatch]) -> _State | None:
        if len(patches) == 1 and is_plain(patches[0]):
            slot = group.paths.index(patches[0].old_path or b"")
            file = state.files[slot]
            if file is None or file.mode & TYPE_BITS != REGULAR:
                return None
            lines = self._baseline.lines_of(file)
            self._work.spend(len(lines))
            placed = apply_hunks(lines, patches[0].hunks, self._work)
            if not isinstance(placed, Placed):
                return None
            changed = File(file.mode, lines=placed.lines)
            return _State(
                (*state.files[:slot], changed, *state.files[slot + 1 :]),
                (*state.oids[:slot], None, *state.oids[slot + 1 :]),
                is_record=False,
                displaced=_displaced([(group.paths[slot], placements_of(patches[0].hunks, placed))]),
            )
        overlay = self._baseline.fork()
        _put(overlay, group.paths, state.files)
        outcome = apply_patch(overlay, Patch(tuple(patches)), limits=UPSTREAM, work=self._work)
        if isinstance(outcome, Conflict):
            return None
        placements = ((placement.path, placement.hunks) for placement in outcome.placements)
        return self._state_of(overlay, group.paths, _displaced(placements))

    def _belongs(self, group: _Group, file: FilePatch) -> bool:
        path = file.new_path if file.new_path is not None else file.old_path
        return path is not None and self._groups[self._group_of[path]] is group

    def _state_of(
        self, overlay: Overlay, paths: Sequence[bytes], displaced: Mapping[bytes, Displaced] | None = None
    ) -> _State:
        files = tuple(overlay.file(path) for path in paths)
        return _State(
            files, tuple("" if file is None else file.known_oid for file in files), displaced is None, displaced or {}
        )

    def _form_groups(self) -> None:
        tied: Tied[bytes] = Tied()
        members: dict[bytes, list[int]] = {}
        for index, element in enumerate(self.elements):
            for path in element.paths:
                members.setdefault(path, []).append(index)
            for patch in element.patches:
                for file in patch.files:
                    if file.old_path is not None and file.new_path is not None:
                        tied.tie(file.old_path, file.new_path)
        for path in members:
            for parent in parents(path):
                if parent in members:
                    tied.tie(parent, path)
        together: dict[bytes, list[bytes]] = {}
        for path in sorted(members):
            together.setdefault(tied.find(path), []).append(path)
        for paths in together.values():
            self._group_of.update(dict.fromkeys(paths, len(self._groups)))
            touching = sorted({index for path in paths for index in members[path]})
            self._groups.append(_Group(tuple(paths), tuple(touching), self._state_of(self._baseline, paths)))


def _displaced(placed: Iterable[tuple[bytes, Sequence[HunkPlacement]]]) -> dict[bytes, Displaced]:
    found = {}
    for path, hunks in placed:
        elsewhere = tuple((number, hunk.line) for number, hunk in enumerate(hunks, 1) if hunk.offset)
        if elsewhere:
            found[path] = elsewhere
    return found


def _mode(file: File | None) -> int:
    return file.mode if file is not None else 0


def _old_mode(change: FileChange) -> int:
    return canonical_mode(change.old_mode) if change.old_mode is not None else 0


def _new_side(change: FileChange) -> tuple[File | None, str]:
    if change.new_oid is None or change.new_mode is None:
        return None, ""
    return File(canonical_mode(change.new_mode), oid=change.new_oid), change.new_oid


def _put(overlay: Overlay, paths: Sequence[bytes], files: Sequence[File | None]) -> None:
    for path, file in zip(paths, files, strict=True):
        if file is None:
            overlay.remove(path)
        else:
            overlay.write(path, file)
