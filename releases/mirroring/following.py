"""What a mirror holds becomes rows: branches by the tree's patterns, point releases by its tags, support dates."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from releases.engine.expressions import NotAnExpression, compiled
from releases.engine.mirror import Mirror, Ref
from releases.models import Branch, PointRelease, Tree

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_MOST_SUPPORT_BYTES = 1024 * 1024
_LONGEST_SUPPORT_LINE = 300
_SERIES = r"[0-9A-Za-z][0-9A-Za-z._+~-]*"
"""What may stand for {series}: no slash, so that topic branches below a pattern are not taken for releases."""


class BranchesNotFound(Exception):
    """The fetch went well, but nothing in the mirror is named as the tree's settings say."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A branch as the mirror has it now; a commit is empty where its ref is gone."""

    stable_ref: str
    staging_ref: str
    stable_commit: str
    staging_commit: str
    trouble: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What a branch's own history and file say of it."""

    fork_commit: str
    supported_until: date | None
    security_supported_until: date | None


def record(tree: Tree, mirror: Mirror) -> None:
    """Make the tree's branches and point releases say what `mirror` holds; git is asked before anything is locked.

    Dates that a person entered stay. A branch whose ref is gone stays too, and says which ref it was.
    Raises `BranchesNotFound` where no branch matches, or the main ref is missing (then nothing forks off it), or one of
    the tree's patterns is none.
    """
    _check_patterns(tree)
    refs = mirror.refs()
    main = refs.get(_HEADS + tree.main_ref)
    known = {branch.name: branch for branch in tree.branches.all()}
    found = _branches(tree, refs, known)
    told = {
        name: _told_by(tree, mirror, known.get(name), now, main)
        for name, now in found.items()
        if now.stable_commit and _is_news(known.get(name), now)
    }
    with transaction.atomic():
        Tree.objects.select_for_update().get(pk=tree.pk)
        _write_branches(tree, found, told)
        _write_point_releases(tree, refs)
    if not found:
        raise BranchesNotFound(f"no branch of the upstream is named as in {tree.stable_ref_pattern}")
    if main is None:
        raise BranchesNotFound(f"the upstream has no branch {tree.main_ref}, so where branches fork off is not known")


def _check_patterns(tree: Tree) -> None:
    for pattern in (tree.release_tag_pattern, tree.supported_until_pattern, tree.security_until_pattern):
        try:
            compiled(pattern)
        except NotAnExpression as error:
            raise BranchesNotFound(f"{pattern} is not a regular expression: {error}") from error


def version_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts 4.9 before 4.10: numbers by value, words by letter, and words before numbers."""
    parts = re.findall(r"\d+|[^\d.]+", name)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


def _branches(tree: Tree, refs: Mapping[str, Ref], known: Mapping[str, Branch]) -> dict[str, _Found]:
    pattern = re.compile(re.escape(tree.stable_ref_pattern).replace(re.escape("{series}"), f"({_SERIES})", 1))
    stable_refs = {name: branch.stable_ref for name, branch in known.items()}
    for ref in refs:
        match = pattern.fullmatch(ref.removeprefix(_HEADS)) if ref.startswith(_HEADS) else None
        if match and len(match[1]) <= 60 and len(ref) <= 150:
            stable_refs[match[1]] = ref.removeprefix(_HEADS)
    found = {}
    for name, stable_ref in stable_refs.items():
        before = known.get(name)
        staging_ref = tree.staging_ref_pattern.replace("{series}", name) if tree.staging_ref_pattern else ""
        if _HEADS + staging_ref not in refs:
            staging_ref = before.staging_ref if before else ""
        stable, staging = refs.get(_HEADS + stable_ref), refs.get(_HEADS + staging_ref)
        gone = [ref for ref, at in ((stable_ref, stable), (staging_ref, staging)) if ref and at is None]
        found[name] = _Found(
            stable_ref=stable_ref,
            staging_ref=staging_ref,
            stable_commit=stable.commit if stable else "",
            staging_commit=staging.commit if staging else "",
            trouble=f"{' and '.join(gone)} {'is' if len(gone) == 1 else 'are'} gone from the upstream" if gone else "",
        )
    return found


def _is_news(before: Branch | None, now: _Found) -> bool:
    return before is None or before.stable_commit != now.stable_commit or not before.fork_commit


def _told_by(tree: Tree, mirror: Mirror, before: Branch | None, now: _Found, main: Ref | None) -> _Told:
    fork = mirror.merge_base(now.stable_commit, main.commit) if main else None
    text = b""
    if tree.support_file:
        text = mirror.read(now.stable_commit, tree.support_file, most_bytes=_MOST_SUPPORT_BYTES) or b""
    support = text.decode("utf-8", "replace")
    return _Told(
        fork_commit=fork or "",
        supported_until=date_in(support, tree.supported_until_pattern),
        security_supported_until=date_in(support, tree.security_until_pattern),
    )


def date_in(text: str, pattern: str) -> date | None:
    """The date that the pattern's first group holds, if it is one, in the first 300 characters of a line."""
    if not pattern:
        return None
    expression = compiled(pattern)
    lines = (line[:_LONGEST_SUPPORT_LINE] for line in text.splitlines())
    match = next((found for line in lines if (found := expression.search(line))), None)
    try:
        return date.fromisoformat((match[1] or "").strip()) if match else None
    except (ValueError, IndexError):
        return None


def _write_branches(tree: Tree, found: Mapping[str, _Found], told: Mapping[str, _Told]) -> None:
    rows = {branch.name: branch for branch in tree.branches.all()}
    for position, name in enumerate(sorted(found, key=version_key)):
        now = found[name]
        branch = rows.get(name, Branch(tree=tree, name=name))
        before = _state_of(branch)
        branch.position = position
        for field in ("stable_ref", "staging_ref", "stable_commit", "staging_commit", "trouble"):
            setattr(branch, field, getattr(now, field)[:300])
        if name in told:
            branch.fork_commit = told[name].fork_commit
            if not branch.dates_were_entered:
                branch.supported_until = told[name].supported_until
                branch.security_supported_until = told[name].security_supported_until
        if name not in rows or _state_of(branch) != before:
            branch.save()


def _state_of(branch: Branch) -> tuple[object, ...]:
    return tuple(getattr(branch, field.attname) for field in Branch._meta.concrete_fields)


def _write_point_releases(tree: Tree, refs: Mapping[str, Ref]) -> None:
    branches = {branch.name: branch for branch in tree.branches.all()}
    tagged: dict[tuple[int, int], Ref] = {}
    for series, number, ref in _releases(tree, refs.values()):
        if branch := branches.get(series):
            tagged.setdefault((branch.pk, number), ref)
    for release in PointRelease.objects.filter(branch__tree=tree):
        there = (release.branch_id, release.number)
        if there not in tagged:
            release.delete()
            continue
        ref = tagged.pop(there)
        now = (ref.name.removeprefix(_TAGS), ref.commit, ref.made_at)
        if (release.tag, release.commit, release.tagged_at) != now:
            release.tag, release.commit, release.tagged_at = now
            release.save()
    PointRelease.objects.bulk_create(
        PointRelease(
            branch_id=branch,
            number=number,
            tag=ref.name.removeprefix(_TAGS),
            commit=ref.commit,
            tagged_at=ref.made_at,
        )
        for (branch, number), ref in tagged.items()
    )


def _releases(tree: Tree, refs: Iterable[Ref]) -> Iterable[tuple[str, int, Ref]]:
    pattern = compiled(tree.release_tag_pattern)
    for ref in sorted(refs, key=lambda ref: ref.name):
        if not ref.name.startswith(_TAGS) or len(ref.name) > 150:
            continue
        match = pattern.fullmatch(ref.name.removeprefix(_TAGS))
        if match and match[1] and match[2] and match[2].isdecimal() and int(match[2]) < 2**31:
            yield match[1], int(match[2]), ref
