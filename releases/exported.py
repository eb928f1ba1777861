"""Which addresses of trees and releases are exported as files, and which only the portal has."""

EXPORTED = (
    *("releases:statistics", "releases:board"),
    *("releases:trees", "releases:tree", "releases:branch"),
    *("releases:release", "releases:release_mbox", "releases:release_quilt", "releases:release_json"),
)
"""What stands in files: of each release a page and its JSON; mbox and quilt series where something is in the list."""

LIVE_ONLY: dict[str, str] = {
    "releases:find_release": "answers a question",
    "releases:old_board": "leads elsewhere",
    "releases:board_rows": "is a part of the board, for a page that asks for it again",
    **dict.fromkeys(("releases:check", "releases:check_mbox"), "is evidence, of which there is more than of all else"),
    **dict.fromkeys(("releases:series", "releases:revision", "releases:patch_file"), "is where that evidence begins"),
    **dict.fromkeys((f"releases:finders_{name}" for name in ("fix", "patch", "mbox", "answer")), "is a finder's own"),
}
