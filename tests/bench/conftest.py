"""What needs gpg runs where there is one, and where CI is set, when its absence is a failure."""

import os
import shutil

collect_ignore_glob = [] if os.environ.get("CI") or shutil.which("gpg") else ["test_with_gpg*.py"]
