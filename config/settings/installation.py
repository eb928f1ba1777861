"""Where an installation lies, which project it serves, and the addresses of its sites."""

from pathlib import Path

from environs import Env

from config.brand import HUE, Brand, read_brand

env = Env(prefix="PENSTOCK_")

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR: Path = env.path("VAR", BASE_DIR / "var").resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# The project this portal serves.
PROJECT_NAME: str = env.str("PROJECT_NAME", "Sluice")
ADVISORY_PREFIX: str = env.str("ADVISORY_PREFIX", "SSA")
BRAND: Brand = read_brand(env.int("HUE", HUE), env.path("LOGO_FILE", None), env.path("TEXTS_FILE", None))

SITE_URL: str = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
# The public site, where readers find it at another address: plain files of `manage.py export_site`.
PUBLIC_URL: str = env.str("PUBLIC_URL", "").rstrip("/")
EXPORT_DIR: Path | None = env.path("EXPORT_DIR", None)
EXPORT_LINKS: str = env.str("EXPORT_LINKS", "portal" if PUBLIC_URL else "keep")

# Words and clocks. Everything is kept and shown in UTC; pages add the reader's own zone.
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
