#!/usr/bin/env python
"""Django's command line for Penstock."""

import atexit
import gc
import os
import sys

if __name__ == "__main__":
    # Starting makes some hundred thousand objects of which none is garbage: looking for it took a fifth of the time.
    gc.set_threshold(1_000_000, 20, 20)
    # Nor at the end, where the system takes all of it back at once.
    atexit.register(gc.freeze)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
