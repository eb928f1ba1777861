"""The lists of the demonstration, taken by packagers: `git am` and `quilt push -a` come to the same tree."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from advisories.lifecycle import SHOWN_TO_READERS, State
from advisories.models import Advisory
from demo.loading import load_advisories, load_people
from demo.upstream import build_upstream
from releases.checking import earlier
from releases.engine.mailbox import read_upload
from releases.lacking.reading import lacking
from releases.lacking.values import Standing
from releases.mirroring import fetching
from releases.models import Branch, Cell, PointRelease, Tree
from tests.make import checked, make_publication
from tests.releases.applying import tree_after_am, tree_after_quilt
from tests.releases.test_lacking import address, told_of


@pytest.mark.django_db
def test_the_list_of_every_release_of_the_demonstration_applies_in_its_order(tmp_path: Path) -> None:
    """With everything public: fixes with and without prerequisites, on each other too, and some that nothing helps."""
    built = build_upstream(tmp_path / "sluice.git")
    tree = Tree.objects.create(slug="sluice", url=str(built.git_dir), never_needed_pattern=r"^update Sluice version")
    load_people(tmp_path / "people.json")
    assert fetching.fetch(tree.pk)
    load_advisories(tree, built)
    for advisory in Advisory.objects.exclude(state__in=[*SHOWN_TO_READERS, State.UNUSED, State.MERGED, State.RESERVED]):
        Advisory.objects.filter(pk=advisory.pk).update(state=State.PUBLIC, public_at=timezone.now())
        make_publication(advisory, timezone.now())
    for branch in Branch.objects.filter(tree=tree):
        checked(branch)
        told = told_of(branch)
        applying = Cell.objects.filter(
            branch=branch, baseline="release", check_made__verdict__kind__in=["applies", "needs prerequisites"]
        )
        assert {fix.series for fix in told.fixes} == set(applying.values_list("series", flat=True)), branch
        earlier.make_owed(branch)
        for release in PointRelease.objects.filter(branch=branch).select_related("branch__tree"):
            told = lacking(release)
            assert (told.standing, *told.apart, *told.waiting) == (Standing.MADE,), release
            mbox = Client().get(address(told, "fixes.mbox")).content
            assert tree_after_am(tree.url, release.tag, mbox, tmp_path / f"am-{release}") == told.verified_tree
            quilt = Client().get(address(told, "fixes.quilt.tar.gz"))
            has_picture = "SSA-53" in {fix.label for fix in told.fixes}
            assert (quilt.status_code == 404) is has_picture, "SSA-53 replaces a picture, which only git can"
            if not has_picture:
                reached = tree_after_quilt(tree.url, release.tag, quilt.content, tmp_path / f"quilt-{release}")
                assert reached == told.verified_tree
                assert len(read_upload([("fixes.tar.gz", quilt.content)])) >= len(told.steps)
    last = Branch.objects.get(tree=tree, name="1.9")
    assert told_of(last).prerequisites > 3
    assert {fix.label for fix in told_of(Branch.objects.get(tree=tree, name="1.6")).by_hand} == {"SSA-48"}
