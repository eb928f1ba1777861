"""How much anybody may ask, upload or have the engine do."""

from config.settings.installation import env

# The API: requests of one token, or of one address without a token, within a minute.
API_PER_MINUTE: int = env.int("API_PER_MINUTE", 300)

# Reports: what a form or an address may bring.
REPORT_FILES: int = env.int("REPORT_FILES", 10)
REPORT_FILE_BYTES: int = env.int("REPORT_FILE_BYTES", 10 * 1024 * 1024)
REPORTS_PER_HOUR: int = env.int("REPORTS_PER_HOUR", 10)

DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200

# The engine's limits; past one the verdict is `invalid` and names it. See releases/engine/limits.py.
ENGINE_LIMITS: dict[str, int] = {
    "patch_bytes": env.int("LIMIT_PATCH_BYTES", 4 * 1024 * 1024),
    "file_bytes": env.int("LIMIT_FILE_BYTES", 32 * 1024 * 1024),
    "files_per_patch": env.int("LIMIT_FILES_PER_PATCH", 1_000),
    "hunks_per_patch": env.int("LIMIT_HUNKS_PER_PATCH", 10_000),
    "patches_per_series": env.int("LIMIT_PATCHES_PER_SERIES", 200),
    "work": env.int("LIMIT_WORK", 50_000_000),
}
