"""Letters that go out, and mail that comes in."""

from email.utils import parseaddr
from pathlib import Path

from config.settings.installation import VAR_DIR, env

# Without a server, letters are laid down as files, one for each.
EMAIL_HOST: str = env.str("MAIL_HOST", "")
EMAIL_PORT: int = env.int("MAIL_PORT", 25)
EMAIL_HOST_USER: str = env.str("MAIL_USER", "")
EMAIL_HOST_PASSWORD: str = env.str("MAIL_PASSWORD", "")
EMAIL_USE_TLS: bool = env.bool("MAIL_STARTTLS", False)
EMAIL_TIMEOUT = 30
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL: str = env.str("MAIL_FROM", "security@localhost")

# Mail that comes in, and the address that finders answer to.
MAIL_ADDRESS: str = parseaddr(DEFAULT_FROM_EMAIL)[1]
MAIL_CAP_BYTES: int = env.int("MAIL_CAP_BYTES", 10 * 1024 * 1024)
MAIL_ALIASES: list[str] = env.list("MAIL_ALIASES", [])
MAIL_MOST_BYTES: int = env.int("MAIL_MOST_BYTES", 64 * 1024 * 1024)
# How long one attempt to send may take before its worker counts as dead, and the first pause after a failure.
LETTER_LEASE_S: float = env.float("LETTER_LEASE_S", 300.0)
LETTER_PAUSE_S: float = env.float("LETTER_PAUSE_S", 30.0)
LARGE_MAIL_DIR: Path = VAR_DIR / "large-mail"
