"""PURE: what an organisation must show to be told before the public, and the terms that it accepts.

Criteria are data, since every project draws the line elsewhere; the ones here follow the Xen Project's policy.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item of the checklist that an application answers."""

    key: str
    """Answers are kept under it: small letters, digits, hyphens."""
    name: str
    """What is asked, in a few words."""
    help: str = ""
    example: str = ""
    weight: int = 1
    """What an answer counts towards the least weight of an application."""
    is_required: bool = True
    wants_link: bool = False
    """The answer names at least one public page."""


DEFAULT_CRITERIA = (
    Criterion(
        "kind",
        "Why you qualify",
        "Public hosting provider, large-scale user, vendor of systems that contain the software, or distributor. "
        "Say what people pay for, or how much work goes into what is free.",
        "We sell virtual machines to the public; about 40,000 run now.",
        weight=3,
    ),
    Criterion(
        "products",
        "Which of your products or services use the software",
        "By name and version, and how it is used in each.",
        "Example Cloud runs every guest on it; Example Linux 12 and 13 ship it as a package.",
        weight=2,
    ),
    Criterion(
        "public-pages",
        "Public pages that show the service or the software",
        "Prices, downloads, documentation. No blogs, no videos, nothing behind a sign-in; a PDF only by a page that "
        "links to it.",
        "https://example.org/prices",
        weight=2,
        wants_link=True,
    ),
    Criterion(
        "sources",
        "Repository and list archives",
        "For open source: where it is developed, in public.",
        "https://git.example.org/linux",
        is_required=False,
        wants_link=True,
    ),
    Criterion(
        "evidence",
        "Evidence that you use the software",
        "Something that others can look at: a package, a page of documentation, a mail to a public list.",
        "https://packages.example.org/hypervisor",
        weight=2,
        wants_link=True,
    ),
    Criterion(
        "invites-reports",
        "Where you invite reports of security problems",
        "A public page that names the address to write to.",
        "https://example.org/security",
        wants_link=True,
    ),
    Criterion(
        "users",
        "How many rely on it",
        "Machines, customers or downloads, roughly, and how you count.",
        "About 300,000 guests on 9,000 hosts.",
        is_required=False,
    ),
)

DEFAULT_TERMS = """\
Until the end of the embargo we tell nobody outside our organisation what the advisory says: not its text, not its \
impact or scope, not its patches, not a release that contains them, and no announcement of our own.

We may tell our users that an issue exists, its number and the planned date of disclosure. Nothing else, not even an \
identifier such as a CVE number.

We deploy a fix or a mitigation during the embargo only where the advisory permits it, and only as it says.

Within our organisation only those are told who need it to prepare the fix.

We use one address that no single person owns, keep our key and our contacts current, and say so once a year.

If something becomes known through us, we say so at once.

These duties remain for everything that we were told, also after we have left the list.
"""


def as_document(criterion: Criterion) -> dict[str, object]:
    """Write one item as plain JSON values."""
    return {
        "key": criterion.key,
        "name": criterion.name,
        "help": criterion.help,
        "example": criterion.example,
        "weight": criterion.weight,
        "is_required": criterion.is_required,
        "wants_link": criterion.wants_link,
    }
