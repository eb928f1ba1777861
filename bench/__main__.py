"""`python -m bench`: measure, and write the page beside this file."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from bench.place import settle
from bench.real import Asked, write_real_page
from bench.standard import Plan, write_page

_HERE = Path(__file__).parent


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--repo", type=Path, metavar="GIT_DIR", help="measure a real repository instead; only read")
    parser.add_argument("--name", default="a real repository", help="what the page calls it")
    parser.add_argument("--release-tag", metavar="REGEX", help="as `manage.py replay` takes it")
    parser.add_argument("--staging", metavar="REF", help="as `manage.py replay` takes it")
    parser.add_argument("--fix", metavar="REGEX", help="as `manage.py replay` takes it")
    parser.add_argument("--never", metavar="REGEX", help="as `manage.py replay` takes it")
    parser.add_argument("--rounds", type=int, default=3, help="of a real repository's replay")
    parser.add_argument("--windows", type=int, default=5, help="of a real repository, looked at one by one")
    parser.add_argument("--page", type=Path, help="where the page is written; by default beside this file")
    given = parser.parse_args(arguments)
    plan = Plan() if settle() else Plan(checked_out=20_000)
    if given.repo is None:
        write_page(given.page or _HERE / "README.md", plan, ["make", "bench"])
        return
    if not given.release_tag or not given.fix:
        parser.error("--repo needs --release-tag and --fix")
    asked = Asked(
        given.repo.absolute(), given.name, given.release_tag, given.staging, given.fix, given.never,
        given.rounds, given.windows,
    )  # fmt: skip
    write_real_page(given.page or _HERE / "real.md", asked)


if __name__ == "__main__":
    main(sys.argv[1:])
