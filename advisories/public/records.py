"""Documents for machines: of one advisory, of the whole archive, and the files of a CSAF provider."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from advisories import texts
from advisories.formats import archive_index, csaf, csaf_provider, meta, security_txt
from advisories.formats.csaf_provider import Listed, Provider
from advisories.formats.doubts import NotWritable, Refused
from advisories.models import Publication, Signature
from advisories.models.signature import Mode
from advisories.openpgp import team
from advisories.openpgp.signing import SigningTrouble
from advisories.public import archive, atom, editions, facts, reading, saying
from advisories.public.asking import Asked
from advisories.public.editions import Edited
from advisories.public.in_hand import once
from advisories.public.saying import Content
from advisories.severity import Rating

FEED_ENTRIES = 100
SECURITY_TXT_LASTS = timedelta(days=90)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When an empty feed was changed last."""
_PROVIDED = re.compile(r"[0-9]{4}/[^/]*?(?P<number>[0-9]{1,9})(?:-vex)?\.json(?:\.[a-z0-9]+)?")
PROVIDED_LISTS = ("index.txt", "changes.csv", csaf_provider.FEED, csaf_provider.SERVICE, csaf_provider.CATEGORY)
"""Files of the provider that are of no single advisory, below `/csaf/`."""
_ENDINGS = ("", ".sha256", ".sha512", ".asc")
PROVIDER_PATH = "/.well-known/csaf/provider-metadata.json"


def names_of(issues: Sequence[Publication], contents: Mapping[int, Content]) -> tuple[str, ...]:
    """The documents that there are of the newest revision; asks the database nothing."""
    return editions.names_of(editions.edited(issues, contents[issues[-1].version], lambda at: ()))


def document(issues: Sequence[Publication], name: str) -> bytes | None:
    """A document of the newest revision by its name; None where there is none."""
    one = _edited(issues)
    attached = _as_attached(issues[-1], one) if name == one.recipe_name else None
    return attached or editions.document(one, name)


def _as_attached(issue: Publication, one: Edited) -> bytes | None:
    """The recipe file that came with what was announced before this portal was, if it says what is right.

    The signed text lists its digest, which another file of the same words would not have.
    """
    origin = getattr(issue.revision, "origin", None)
    if origin is None or not origin.recipe_sha256:
        return None
    recipe = bytes(origin.recipe)
    try:
        said = meta.read(recipe, texts.dialect_for(issue.content)).recipes
    except Refused:
        return None
    return recipe if said == one.recipes else None


def _edited(issues: Sequence[Publication]) -> Edited:
    """An advisory in its newest revision, with the releases that it speaks of."""
    content = reading.contents_of(issues)[issues[-1].version]
    return editions.edited(issues, content, once("facts", facts.known))


def all_writable() -> list[Edited]:
    """Every published advisory that documents can be made of, in its newest revision, by number: five queries at any
    size.
    """
    return once("all writable", lambda: [one for one in _read_all() if editions.is_writable(one)])


def _read_all() -> Iterator[Edited]:
    found = reading.everything()
    newest = {number: list(issues) for number, issues in groupby(found, key=lambda one: one.number)}
    contents = {number: issues[-1].content for number, issues in newest.items()}
    public = reading.known_among(saying.conditions_in(contents.values()))
    trees_at = facts.known()
    for number, issues in newest.items():
        content = saying.without_hidden(contents[number], public)
        yield editions.edited(issues, content, trees_at)


def index() -> bytes:
    """The whole archive in one file. Raises `NotWritable` where the settings name no publisher it could come from."""
    return archive_index.write(
        ((one.record, one.edition) for one in all_writable()),
        (),
        publisher=editions.publisher(),
        prefix=settings.ADVISORY_PREFIX,
        site=editions.public_site() + "/",
        licence=settings.PUBLISHER["licence"],
    )


def feed(asked: Asked, address: str) -> bytes:
    """The Atom feed of what came out last: of one rating, of one branch, or of all."""
    rows = archive.newest_changes(FEED_ENTRIES, asked)
    listed = editions.public_site() + reverse("advisories:list")
    about = f" ({asked.rating or asked.place.replace('/', ' ')})" if asked.is_narrowed else ""
    told = atom.Feed(
        address=address,
        page=listed,
        title=f"{settings.PROJECT_NAME} security advisories{about}",
        author=settings.PUBLISHER["name"],
        licence=settings.PUBLISHER["licence"],
        updated_at=rows[0].updated_at if rows else EPOCH,
    )
    return atom.write(told, (once(("entry", row), lambda row=row: _entry(row)) for row in rows))  # type: ignore[misc]  # bound now


def feed_address(asked: Asked) -> str:
    """Where the feed lies that tells most nearly of what is asked for; nothing where that is everything."""
    tree, _, branch = asked.place.partition("/")
    if branch:
        return reverse("advisories:branch_feed", args=[tree, branch])
    return reverse("advisories:rating_feed", args=[asked.rating]) if asked.rating in tuple(Rating) else ""


def provider() -> Provider:
    """What the project says of itself as a CSAF provider."""
    return _provider(is_trusted=is_attested())


def _provider(*, is_trusted: bool) -> Provider:
    key, fingerprint = key_address(), key_fingerprint()
    return Provider(
        publisher=editions.publisher(),
        metadata=editions.public_site() + PROVIDER_PATH,
        records=editions.public_site() + editions.RECORDS,
        key=editions.public_site() + key if key else "",
        fingerprint=fingerprint,
        is_trusted=is_trusted,
    )


def has_provider() -> bool:
    """Whether the settings make a CSAF provider: its files are found by https alone."""
    try:
        csaf_provider.metadata(_provider(is_trusted=False), updated_at=EPOCH)
    except NotWritable:
        return False
    return True


def provider_file(path: str, updated_at: datetime | None) -> bytes | None:
    """A list or a feed of the provider by its path below `/csaf/`; None where there is none. Raises `NotWritable`."""
    if path == csaf_provider.SERVICE:
        return csaf_provider.service(provider())
    every = all_writable()
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
    return None


def attested_security_file(now: datetime) -> bytes:
    """`security.txt` as a worker signed it; unsigned where none has. Raises `NotWritable`."""
    plain = security_file(now)
    return _signature(plain, Mode.CLEAR) or plain


def security_file(now: datetime) -> bytes:
    """`security.txt`, unsigned. Raises `NotWritable`.

    It expires a while after the week in which it is asked for, so that it only lapses where nobody runs the site, and
    is the same for a week, so that a worker can sign it before.
    """
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    midnight = datetime.combine(monday, time(), UTC)
    key = key_address()
    contact = settings.PUBLISHER["contact"]
    form = settings.SITE_URL + reverse("reports:report")
    return security_txt.write(
        security_txt.SecurityTxt(
            contacts=(
                *([form] if form.startswith("https:") else []),
                *([f"mailto:{contact}"] if "@" in contact else [contact] if contact else []),
            ),
            expires_at=midnight + SECURITY_TXT_LASTS,
            canonical=(editions.public_site() + security_txt.PATH,),
            policy=editions.public_site() + reverse("policy:policy"),
            encryption=(editions.public_site() + key,) if key else (),
            languages=("en",),
            csaf=editions.public_site() + PROVIDER_PATH,
        ),
        now=now,
    )


def key_address(signed_by: str = "") -> str:
    """Where the team's public key lies, or nothing where none is set, or where another signed."""
    if signed_by and signed_by != team.team_key().fingerprint:
        return ""
    return reverse("team_key") if team_key() else ""


def key_fingerprint() -> str:
    """The fingerprint of that key, or nothing."""
    return team.team_key().fingerprint


def team_key() -> str:
    """The team's public key, armoured; nothing where none is set or it can't be read."""
    try:
        found = team.certificate()
    except SigningTrouble:
        return ""
    return found.armoured if found else ""


def number_in(path: str) -> int | None:
    """The number of the advisory that a path below `/csaf/` belongs to; None where it is a list, or nothing."""
    found = _PROVIDED.fullmatch(path)
    return int(found["number"]) if found else None


def provided_paths(issues: Sequence[Publication]) -> list[str]:
    """Every path below `/csaf/` of one advisory."""
    one = _edited(issues)
    if not editions.is_writable(one):
        return []
    documents = [csaf.path(one.record, one.edition, profile) for profile in csaf.profiles(one.record)]
    return [f"{path}{ending}" for path in documents for ending in _ENDINGS]


def provided(issues: Sequence[Publication], path: str) -> bytes | None:
    """A document of one advisory by its path below `/csaf/`, or the digest of one; None where there is none."""
    one = _edited(issues)
    if not editions.is_writable(one):
        return None
    wanted, _, ending = path.partition(".json.")
    wanted = wanted.removesuffix(".json") + ".json"
    for profile in csaf.profiles(one.record):
        if csaf.path(one.record, one.edition, profile) == wanted:
            content = editions.document(one, "vex.json" if profile.is_second else "csaf.json")
            return _beside(content, wanted.rpartition("/")[2], ending) if content is not None else None
    return None


def _beside(content: bytes, name: str, ending: str) -> bytes | None:
    """A document, its digest or its signature; None where there is none."""
    makers = {"sha256": csaf_provider.sha256_file, "sha512": csaf_provider.sha512_file}
    if not ending:
        return content
    if ending == "asc":
        return _signature(content, Mode.DETACHED)
    return makers[ending](name, content) if ending in makers else None


def is_attested() -> bool:
    """Whether documents come with signatures of the key that is shown."""
    key = key_fingerprint()
    return bool(key) and Signature.objects.filter(fingerprint=key, mode=Mode.DETACHED).exists()


def signatures() -> dict[int, int]:
    """How many signatures of that key each advisory has, by number: one query."""
    found = Signature.objects.filter(fingerprint=key_fingerprint(), number__isnull=False)
    counted = found.values("number").annotate(count=Count("pk"))
    return {one["number"]: one["count"] for one in counted if one["number"] is not None}


def _signature(content: bytes, mode: Mode) -> bytes | None:
    key = key_fingerprint()
    found = Signature.objects.over(content, mode, key).first() if key else None
    return bytes(found.content) if found else None


def _entry(row: archive.Row) -> atom.Entry:
    names = ", ".join(row.identifiers)
    severity = f"Severity {row.rating} ({row.score})." if row.rating else "Not scored."
    branches = f" Patches for {', '.join(row.branches)}." if row.branches else ""
    again = f" Version {row.version}." if row.version > 1 else ""
    state = "Withdrawn. " if row.is_withdrawn else ""
    return atom.Entry(
        address=editions.public_site() + reverse("advisories:detail", args=[row.number]),
        title=f"{row.label}: {row.title}",
        published_at=row.first_at,
        updated_at=row.updated_at,
        summary=f"{state}{severity}{branches}{again}{f' {names}.' if names else ''}",
        categories=(row.rating,) if row.rating else (),
    )
