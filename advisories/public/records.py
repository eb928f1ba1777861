"""Documents for machines: of one advisory, of the whole archive, and the files of a CSAF provider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from advisories.formats import archive_index, csaf, csaf_provider, security_txt
from advisories.formats.csaf import Profile
from advisories.formats.csaf_provider import Listed, Provider
from advisories.models import Publication
from advisories.openpgp import team
from advisories.openpgp.signing import SigningTrouble
from advisories.public import archive, atom, editions, facts, reading, saying
from advisories.public.asking import Asked
from advisories.public.editions import Edited
from advisories.public.saying import Content
from advisories.severity import Rating

FEED_ENTRIES = 100
SECURITY_TXT_LASTS = timedelta(days=90)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When an empty feed was changed last."""
PROVIDER_PATH = "/.well-known/csaf/provider-metadata.json"


def names_of(issues: Sequence[Publication], contents: Mapping[int, Content]) -> tuple[str, ...]:
    """The documents that there are of the newest revision; asks the database nothing."""
    return editions.names_of(editions.edited(issues, contents[issues[-1].version], ()))


def document(issues: Sequence[Publication], name: str) -> bytes | None:
    """A document of the newest revision by its name; None where there is none."""
    content = reading.contents_of(issues)[issues[-1].version]
    return editions.document(editions.edited(issues, content, facts.trees_at(issues[0].public_at)), name)


def all_edited() -> Iterator[Edited]:
    """Every published advisory in its newest revision, by number: four queries at any size."""
    found = reading.everything()
    newest = {number: list(issues) for number, issues in groupby(found, key=lambda one: one.number)}
    contents = {number: issues[-1].content for number, issues in newest.items()}
    known = reading.known_among(saying.conditions_in(contents.values()))
    trees = facts.trees_at(timezone.now())
    for number, issues in newest.items():
        yield editions.edited(issues, saying.without_hidden(contents[number], known), trees)


def index() -> bytes:
    """The whole archive in one file. Raises `NotWritable` where the settings name no publisher it could come from."""
    writable = (one for one in all_edited() if editions.is_writable(one))
    return archive_index.write(
        ((one.record, one.edition) for one in writable),
        (),
        publisher=editions.publisher(),
        prefix=settings.ADVISORY_PREFIX,
        site=settings.SITE_URL + "/",
        licence=settings.PUBLISHER["licence"],
    )


def feed(asked: Asked, address: str) -> bytes:
    """The Atom feed of what came out last: of one rating, of one branch, or of all."""
    rows = archive.newest_changes(FEED_ENTRIES, asked)
    listed = settings.SITE_URL + reverse("advisories:list")
    about = f" ({asked.rating or asked.place.replace('/', ' ')})" if asked.is_narrowed else ""
    told = atom.Feed(
        address=address,
        page=listed,
        title=f"{settings.PROJECT_NAME} security advisories{about}",
        author=settings.PUBLISHER["name"],
        licence=settings.PUBLISHER["licence"],
        updated_at=rows[0].updated_at if rows else EPOCH,
    )
    return atom.write(told, (_entry(row) for row in rows))


def feed_address(asked: Asked) -> str:
    """Where the feed lies that tells most nearly of what is asked for; nothing where that is everything."""
    tree, _, branch = asked.place.partition("/")
    if branch:
        return reverse("advisories:branch_feed", args=[tree, branch])
    return reverse("advisories:rating_feed", args=[asked.rating]) if asked.rating in tuple(Rating) else ""


def provider() -> Provider:
    """What the project says of itself as a CSAF provider."""
    key, fingerprint = key_address(), ""
    if key:
        fingerprint = team.team_key().fingerprint
    return Provider(
        publisher=editions.publisher(),
        metadata=settings.SITE_URL + PROVIDER_PATH,
        records=settings.SITE_URL + editions.RECORDS,
        key=settings.SITE_URL + key if key else "",
        fingerprint=fingerprint,
    )


def provider_file(path: str, updated_at: datetime | None) -> bytes | None:
    """A file of the provider's tree by its path below `/csaf/`; None where there is none. Raises `NotWritable`."""
    if path == csaf_provider.SERVICE:
        return csaf_provider.service(provider())
    every = [one for one in all_edited() if editions.is_writable(one)]
    listed = [Listed.of(one.record, one.edition, profile) for one in every for profile in csaf.profiles(one.record)]
    at = updated_at or EPOCH
    if path == csaf_provider.CATEGORY:
        return csaf_provider.categories(tree.title for one in every for tree in one.edition.trees)
    if path == csaf_provider.FEED:
        return csaf_provider.feed(provider(), listed, updated_at=at)
    if path == "index.txt":
        return csaf_provider.index(listed)
    if path == "changes.csv":
        return csaf_provider.changes(listed)
    return _provided(every, path)


def security_file(now: datetime) -> bytes:
    """`security.txt`, unsigned: web hosts have no key. Raises `NotWritable`.

    It expires a while after the day on which it is asked for, so that it only lapses where nobody runs the site.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    key = key_address()
    contact = settings.PUBLISHER["contact"]
    return security_txt.write(
        security_txt.SecurityTxt(
            contacts=(
                settings.SITE_URL + reverse("reports:report"),
                *([f"mailto:{contact}"] if "@" in contact else [contact] if contact else []),
            ),
            expires_at=midnight + SECURITY_TXT_LASTS,
            canonical=(settings.SITE_URL + security_txt.PATH,),
            policy=settings.SITE_URL + reverse("policy:policy"),
            encryption=(settings.SITE_URL + key,) if key else (),
            languages=("en",),
            csaf=settings.SITE_URL + PROVIDER_PATH,
        ),
        now=now,
    )


def key_address() -> str:
    """Where the team's public key lies, or nothing where none is set."""
    return reverse("team_key") if team_key() else ""


def team_key() -> str:
    """The team's public key, armoured; nothing where none is set or it can't be read."""
    try:
        found = team.certificate()
    except SigningTrouble:
        return ""
    return found.armoured if found else ""


def _provided(every: Iterable[Edited], path: str) -> bytes | None:
    """A document, or the digest of one."""
    wanted, cut, digest = path.partition(".json.")
    wanted = f"{wanted}.json" if cut else path
    for one in every:
        for profile in csaf.profiles(one.record):
            if csaf.path(one.record, one.edition, profile) == wanted:
                name = "vex.json" if profile is Profile.VEX else "csaf.json"
                content = editions.document(one, name)
                return _with_digest(content, wanted.rpartition("/")[2], digest) if content is not None else None
    return None


def _with_digest(content: bytes, name: str, digest: str) -> bytes | None:
    makers = {"sha256": csaf_provider.sha256_file, "sha512": csaf_provider.sha512_file}
    if not digest:
        return content
    return makers[digest](name, content) if digest in makers else None


def _entry(row: archive.Row) -> atom.Entry:
    names = ", ".join(row.identifiers)
    severity = f"Severity {row.rating} ({row.score})." if row.rating else "Not scored."
    branches = f" Patches for {', '.join(row.branches)}." if row.branches else ""
    again = f" Version {row.version}." if row.version > 1 else ""
    state = "Withdrawn. " if row.is_withdrawn else ""
    return atom.Entry(
        address=settings.SITE_URL + reverse("advisories:detail", args=[row.number]),
        title=f"{row.label}: {row.title}",
        published_at=row.first_at,
        updated_at=row.updated_at,
        summary=f"{state}{severity}{branches}{again}{f' {names}.' if names else ''}",
        categories=(row.rating,) if row.rating else (),
    )
