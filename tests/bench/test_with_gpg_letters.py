"""The bench of letters at a size that takes a moment; gpg opens what was made."""

from pathlib import Path

from bench.letters import Sizes, write_page


def test_a_page_is_written_of_what_gpg_could_open(tmp_path: Path) -> None:
    sizes = Sizes(members=2, advisories=1, sample=1, rounds=1, with_portal=False)
    write_page(tmp_path / "letters.md", sizes, ["bench"])
    assert "1 advisories for 2 members | 2 |" in (tmp_path / "letters.md").read_text()
