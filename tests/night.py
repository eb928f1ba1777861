"""Whether this run has the night for it: `make nightly` asks everything that a day asks in part."""

import os

IS_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
