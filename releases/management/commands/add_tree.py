"""`manage.py add_tree SLUG URL`: an upstream to mirror."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from releases.engine.addresses import AddressRefused, protocol_of
from releases.mirroring import fetching
from releases.models import Tree

OPTIONS = {
    "release_tag_pattern": "tags of point releases, with groups for series and number",
    "stable_ref_pattern": "stable branches, such as stable-{series}",
    "staging_ref_pattern": "staging branches, such as staging-{series}; empty for none",
    "main_ref": "the branch that the others fork off",
    "support_file": "the file that names a branch's dates; empty for none",
    "never_needed_pattern": "subjects of commits that are never prerequisites",
}


class Command(BaseCommand):
    """Adds the row; a worker fetches it, or `fetch_trees` does."""

    help = "Add an upstream git repository and follow its stable branches."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("url", help="anything git can fetch from: https://…, ssh://…, git://…, a path")
        for name, told in OPTIONS.items():
            parser.add_argument(f"--{name.removesuffix('_pattern').replace('_', '-')}", dest=name, help=told)
        parser.add_argument("--fetch-every-s", type=int, help="seconds between two fetches")

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["url"]
        if "://" not in url and Path(url).exists():
            url = str(Path(url).resolve())
        given = {name: options[name] for name in (*OPTIONS, "fetch_every_s") if options[name] is not None}
        tree = Tree(slug=options["slug"], url=url, **given)
        try:
            protocol_of(url, tuple(settings.GIT_PROTOCOLS))
            tree.full_clean()
        except AddressRefused as error:
            raise CommandError(f"{error}.") from error
        except ValidationError as error:
            raise CommandError(
                "\n".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
            ) from error
        tree.save()
        fetching.request(tree)
        self.stdout.write(f"{tree.slug} is added. A worker fetches it now; or run: manage.py fetch_trees {tree.slug}")
