"""Who is let in to something, and exactly which secret words they read: none besides, and none missing."""

from tests.leaks.people import FINDER, GUEST, MEMBER, RIGHTFUL, TEAM

_NOT_FOR_THE_TEAM = (
    # Somebody's own: what they have not sent yet, and what they call what their programs hold.
    "draft-file draft-content typed token"
    # Kept and shown to nobody: keys, of which pages name the fingerprint; what was taken back; ids of others.
    " certificate applicants-key retracted letter-id letter-mark import-source origin origin-id recipe"
    # Replaced by what came after it, or shown by no page in the state that it is in.
    " notes overridden tiding frozen-line credit-as list trouble unsealed unsigned opening-trouble"
)
"""What no page says, though they read everything of every advisory."""

_READS = {
    # What was frozen and delivered: not what was written since, and nothing of what others said to the team.
    MEMBER: "pre-disclosed-title pre-disclosed-description pre-disclosed-impact pre-disclosed-vulnerable_systems"
    " pre-disclosed-resolution pre-disclosed-deployment frozen-name frozen-line"
    # Their own: what they are, have, answered and asked for, and what was said to them.
    " member role-address site token product builds-on unaffected tracking member-note asks-because answered"
    " member-post member-file member-content",
    # All of the one advisory but what the team says among itself, when it goes out, and who reported it.
    GUEST: "title description impact vulnerable_systems mitigation resolution credits deployment kept changes tag"
    " impact-before affected-tree identifier replaced replacing scored-by permitted restrictions merged-because"
    " comment comment-file comment-content owner uploader guest-name"
    # Its fix.
    " line author path subject upload content note expected"
    # What is negotiated with everybody who works on it.
    " reason wish overrun vendor reference clocknote startnote",
    # Their own thread, as they wrote it and were answered.
    FINDER: "report-title report-text attached attached-content mark answer credit-as withheld"
    # The fix that was shared with them, and what they said of it.
    " line author path subject content expected fix-comment",
}  # fmt: skip


def reads(who: str, planted: frozenset[str]) -> frozenset[str] | None:
    """The places of the words that somebody reads; None for those who read nothing."""
    if who in TEAM:
        return planted - frozenset(_NOT_FOR_THE_TEAM.split())
    return frozenset(_READS[who].split()) if who in RIGHTFUL else None
