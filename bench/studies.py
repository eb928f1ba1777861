"""One job given to all contenders, their results held against each other: a fast wrong answer counts for nothing."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import applying, removing
from bench.applying import Job
from bench.cases import Case, Demonstration, last_release, mails
from bench.removing import Outcome, Remembered
from bench.timing import Measured, in_turns
from demo.scenario import SCENARIO
from demo.scenario_values import Style
from releases.engine.apply import Applied, apply_patch
from releases.engine.diff import parse_patch
from releases.engine.git import Git
from releases.engine.mailbox import patch_text
from releases.engine.objects import Objects
from releases.engine.trees import Overlay


class Differing(Exception):
    """Two contenders came to different trees; says which."""


@dataclass(frozen=True, slots=True)
class ApplyingStudy:
    """Lists of mails applied by every contender."""

    name: str
    jobs: int
    patches: int
    files: int
    engine: Measured[list[str]]
    anew: Measured[list[str]]
    am: Measured[list[str]] | None
    """None where the tree is too large to be checked out again and again."""
    apply: Measured[list[str]]


@dataclass(frozen=True, slots=True)
class RemovalStudy:
    """Prerequisites found by every contender. The rivals begin with lists that they are given for nothing."""

    case: Case
    sharing: int
    """Window commits, fixes left out, that share a file with a fix, directly or through others."""
    commuted: int
    """Those that commutation leaves."""
    engine: Measured[Outcome]
    search: Measured[Outcome]
    greedy: Measured[Outcome]
    """From all that share files, at git's fastest."""
    greedy_plain: Measured[Outcome] | None
    """From all that share files, each trial on a copy of the index."""
    greedy_commuted: Measured[Outcome] | None
    """From what commutation leaves, at git's fastest."""

    def found(self, measured: Measured[Outcome]) -> int:
        """How many prerequisites a contender came to."""
        return len(measured.results[-1].commits) - len(self.case.fixes)


def study_applying(
    name: str, files: int, jobs: Sequence[Job], rounds: int, *, checks_out: bool = True
) -> ApplyingStudy:
    """All jobs of one repository by the engine, a `git apply` process for each patch, and, unless not, `git am`."""
    contenders = [
        applying.with_engine(jobs),
        applying.with_engine_opened_anew(jobs),
        applying.with_git_apply(jobs),
    ]
    if checks_out:
        contenders.insert(2, applying.with_git_am(jobs, name="git am"))
    measured = in_turns(contenders, rounds)
    engine, anew, *_, apply = measured.values()
    for other in measured.values():
        if other.results != engine.results:
            raise Differing(f"{name}: {engine.name} and {other.name} come to different trees")
    patches = sum(len(job.mails) for job in jobs)
    return ApplyingStudy(name, len(jobs), patches, files, engine, anew, measured.get("git am"), apply)


def study_removal(case: Case, rounds: int, *, all_rivals: bool) -> RemovalStudy:
    """The prerequisites of a case; every outcome is proved with git to apply, and to hold nothing that can go."""
    remembered = Remembered(case)
    starts = remembered.starts
    contenders = [
        removing.with_engine(case, name="engine"),
        remembered.contender(name="search"),
        removing.with_greedy_git(case, starts.sharing_files, name="greedy"),
    ]
    if all_rivals:
        contenders += [
            removing.with_greedy_git(case, starts.sharing_files, name="plain", plainly=True),
            removing.with_greedy_git(case, starts.commuted, name="commuted"),
        ]
    measured: Mapping[str, Measured[Outcome]] = in_turns(contenders, rounds)
    for commits in {one.results[-1].commits for one in measured.values()}:
        with tempfile.TemporaryDirectory(prefix="penstock-bench-proof-") as place:
            removing.prove(case, commits, Path(place))
    return RemovalStudy(
        case=case,
        sharing=len(starts.sharing_files) - len(case.fixes),
        commuted=len(starts.commuted) - len(case.fixes),
        engine=measured["engine"],
        search=measured["search"],
        greedy=measured["greedy"],
        greedy_plain=measured.get("plain"),
        greedy_commuted=measured.get("commuted"),
    )


def job_of(case: Case) -> Job:
    """The fixes of a case with their prerequisites, as mails for its base."""
    commits = Remembered(case).search().commits
    return Job(case.git_dir, case.base, tuple(mails(case.git_dir, commits)))


def single_jobs(demonstration: Demonstration) -> list[Job]:
    """Every series of the demonstration that is handed in as mails, on every baseline on which it applies."""
    upstream, jobs = demonstration.upstream, []
    with Objects(Git(upstream.git_dir)) as objects:
        for key, built in demonstration.series.items():
            series = SCENARIO.by_key[key]
            if series.style not in (Style.MAILS, Style.MBOX):
                continue
            texts = tuple(patch.content for patch in built.patches)
            for number in series.branches:
                for ref in (last_release(upstream, number), f"stable-{number}", f"staging-{number}"):
                    overlay = Overlay(objects, objects.root(upstream.refs[ref]))
                    if all(isinstance(apply_patch(overlay, parse_patch(patch_text(t))), Applied) for t in texts):
                        jobs.append(Job(upstream.git_dir, upstream.refs[ref], texts))
    return jobs
