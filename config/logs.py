"""What must not reach a log although Django would write it there."""

import logging
import re

_TOKEN = re.compile(r"(/report/|/members/apply/|/members/address/|\bpstf?_)[0-9A-Za-z_:-]{20,}")


class WithoutPrivateLinks(logging.Filter):
    """Django logs the address of a request that it refuses; that of a thread, an application or a feed is its key."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.getMessage()
        masked = _TOKEN.sub(r"\1…", told)
        if masked != told:
            record.msg, record.args = masked, None
        return True
