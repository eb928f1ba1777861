"""Real quilt takes the files for packagers; a machine without it runs the rest, in CI its absence is a failure."""

import os
import shutil

collect_ignore_glob = [] if os.environ.get("CI") or shutil.which("quilt") else ["test_with_quilt*.py"]
