"""Every address has a declared audience: a new one without an entry here fails."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "home",
    "alive",
    "ready",
    "favicon",
    "account_login",
    "account_inactive",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "accounts:ask_reset",
    "accounts:reset_asked",
    "accounts:reset",
    "accounts:accept",
    "advisories:list",
    "advisories:detail",
    *(f"advisories:{name}" for name in ("public", "public_revision", "public_patch", "public_patch_lines", "text")),
    *(f"advisories:{name}" for name in ("old_revision", "old_lines", "old_text", "list_page")),
    *(f"advisories:{name}" for name in ("public_list", "is_affected", "feed", "rating_feed", "index", "record")),
    *("security_txt", "provider_metadata", "provider_file", "team_key"),
    "reports:report",
    "reports:thread",
    "reports:credit",
    "reports:file",
    *(f"reports:{name}" for name in ("propose_end", "answer_end", "withdraw_end", "consent")),
    "releases:board",
    "releases:board_rows",
    "releases:check",
    "releases:check_mbox",
    "releases:trees",
    "releases:tree",
    "releases:branch",
    "releases:series",
    "releases:revision",
    "releases:patch_file",
    "policy:policy",
    "calendar:for_readers",
}
"""Open to everyone; what they show to whom is the query's business."""

OWN_ACCOUNT = {
    "accounts:sign_out",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}
"""For people who have signed in and have set up no second factor yet."""

SIGNED_IN = OWN_ACCOUNT | {
    "account_change_password",
    "account_set_password",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "accounts:own",
    "accounts:end_session",
    "accounts:end_other_sessions",
    "team:seats",
    "team:end_team_seat",
    "team:invite_again",
    "team:withdraw",
    "advisories:seats",
    "advisories:end_seat",
    "advisories:add",
    "advisories:edit",
    "advisories:move",
    "advisories:rehearsal",
    "advisories:rehearsal_letter",
    *(f"advisories:{name}" for name in ("preview", "affected", "identifiers", "severity", "tick", "release_kind")),
    *(f"advisories:{name}" for name in ("merge", "split", "unused", "withdraw", "supersede")),
    *(f"advisories:{name}" for name in ("comment", "retract", "comment_file")),
    *(
        f"advisories:{name}"
        for name in ("embargo", "propose_end", "answer_end", "accept_end", "reject_end", "withdraw_end")
    ),
    *(
        f"advisories:{name}"
        for name in ("consent", "ask_consent_again", "start_clock", "fix_end", "stop_clock", "note_out")
    ),
    *(f"triage:{name}" for name in ("queue", "report", "file", "letters", "original", "answer", "assign", "judge")),
    *(f"triage:{name}" for name in ("decide", "terms", "draft", "link", "opened_file")),
    *(f"calendar:{name}" for name in ("month", "record", "for_the_team")),
    *(f"policy:{name}" for name in ("change", "save", "history", "version")),
    "releases:flags",
    "releases:take_flag",
    "releases:hand_over_flag",
    "releases:add_tree",
    "releases:edit_tree",
    "releases:fetch_tree",
    "releases:remove_tree",
    "releases:check_again",
    "releases:follow",
    "releases:enter_dates",
    "releases:upload",
    "releases:upload_revision",
    "releases:change_series",
    "releases:uploaded_file",
    "advisories:revision",
    *(f"releases:{name}" for name in ("desk", "plan", "batch", "end_alone", "end_early", "approve", "override")),
    *(f"releases:{name}_batch" for name in ("join", "leave", "move", "split", "cancel", "freeze", "open")),
    *("releases:predisclose", "releases:withdraw_approval"),
}
"""For people who have signed in; each asks for a seat besides."""


def patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join((*spaces, entry.name or str(entry.pattern))), entry


ALL = dict(patterns(get_resolver()))


def test_every_address_has_a_declared_audience() -> None:
    assert set(ALL) == PUBLIC | SIGNED_IN


def test_no_address_has_two_audiences() -> None:
    assert not PUBLIC & SIGNED_IN


def test_only_the_public_ones_are_open() -> None:
    opened = {name for name, entry in ALL.items() if not getattr(entry.callback, "login_required", True)}
    assert opened == PUBLIC


def test_only_what_sets_one_up_is_open_without_a_second_factor() -> None:
    opened = {name for name, entry in ALL.items() if getattr(entry.callback, "before_second_factor", False)}
    assert opened == OWN_ACCOUNT
