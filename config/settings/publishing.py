"""What publications say, and with which keys: who publishes, where it is announced, how texts call trees."""

import shlex
from pathlib import Path

from config.settings.installation import PROJECT_NAME, SITE_URL, env
from config.settings.mail import MAIL_ADDRESS

# The team's OpenPGP keys: files that only the worker's account can read, or a program that reaches a card or an agent.
SIGNING_KEY_FILE: Path | None = env.path("SIGNING_KEY_FILE", None)
SIGNING_PASSPHRASE_FILE: Path | None = env.path("SIGNING_PASSPHRASE_FILE", None)
SIGNING_COMMAND: list[str] = shlex.split(env.str("SIGNING_COMMAND", ""))
TEAM_CERTIFICATE_FILE: Path | None = env.path("TEAM_CERTIFICATE_FILE", None)
DECRYPTION_KEY_FILE: Path | None = env.path("DECRYPTION_KEY_FILE", None)
DECRYPTION_PASSPHRASE_FILE: Path | None = env.path("DECRYPTION_PASSPHRASE_FILE", None)

# The tree that a text means where it names none.
MAIN_TREE: str = env.str("MAIN_TREE", "".join(PROJECT_NAME.lower().split()))
# How texts call other trees, as WORD=tree, and the main line; the first word for each is the one that is written.
TREE_WORDS: dict[str, str] = env.dict("TREE_WORDS", {})
MAIN_LINES: list[str] = env.list("MAIN_LINES", [])
# Where a publication is announced in the open, such as a project's announcement list.
ANNOUNCE_TO: list[str] = env.list("ANNOUNCE_TO", [])
# Whether something may go out although this machine has no key to sign it with.
PUBLISH_UNSIGNED: bool = env.bool("PUBLISH_UNSIGNED", False)

# Who publishes, as feeds and documents for machines name it.
PUBLISHER: dict[str, str] = {
    "name": env.str("PUBLISHER_NAME", f"{PROJECT_NAME} security team"),
    "namespace": env.str("PUBLISHER_NAMESPACE", SITE_URL),
    "contact": env.str("PUBLISHER_CONTACT", MAIL_ADDRESS),
    "authority": env.str("PUBLISHER_AUTHORITY", ""),
    "licence": env.str("PUBLISHER_LICENCE", "CC-BY-4.0"),
    "language": env.str("PUBLISHER_LANGUAGE", "en"),
    "osv_ids": env.str("PUBLISHER_OSV_IDS", "unregistered"),
    "cve_organisation": env.str("PUBLISHER_CVE_ORGANISATION", ""),
    "cve_short_name": env.str("PUBLISHER_CVE_SHORT_NAME", ""),
}
