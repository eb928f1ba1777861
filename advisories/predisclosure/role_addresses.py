"""PURE: whether an address belongs to a role or to a person, as far as it tells by itself.

People leave, are ill, and read their mail alone; a letter under embargo must find whoever is there.
"""

import re

_ROLES = (
    "security", "secteam", "secure", "psirt", "csirt", "cert", "sirt", "vuln", "disclosure", "embargo", "advisor",
    "team", "xsa", "incident", "abuse", "soc", "noc", "ops", "admin", "support", "product", "maint", "release",
    "packag", "list", "contact", "infosec", "engineering", "infra", "response", "alert", "hypervisor",
)  # fmt: skip
"""Parts of words that only roles are called by."""

_FOR_PERSONS = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
    "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me", "gmx.com", "gmx.de", "gmx.net",
    "web.de", "mail.ru", "yandex.com", "yandex.ru", "qq.com", "163.com", "126.com", "aol.com", "fastmail.com",
    "tutanota.com", "zoho.com", "hey.com",
)  # fmt: skip
"""Where people have mailboxes; an organisation that has one there owns no domain."""

_TWO_NAMES = re.compile(r"[a-z]{1,20}[._][a-z]{2,20}\d{0,4}")


def why_personal(address: str, contact_address: str = "") -> str:
    """A sentence that says why this is no role address; empty where nothing speaks against it."""
    local, _, domain = address.strip().lower().rpartition("@")
    plain = local.partition("+")[0]
    if domain in _FOR_PERSONS:
        return f"{domain} gives mailboxes to persons: use an address of a domain that your organisation owns."
    if any(word in plain for word in _ROLES):
        return ""
    if address.strip().lower() == contact_address.strip().lower():
        return "This is your own address: use one that no single person owns, such as security@ or psirt@."
    if _TWO_NAMES.fullmatch(plain):
        return "This looks like a person's address: use one that no single person owns, such as security@ or psirt@."
    return ""
