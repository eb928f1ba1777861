#!/usr/bin/env python
"""Django's command line for Penstock."""

import gc
import os
import sys

if __name__ == "__main__":
    # Starting makes some hundred thousand objects of which none is garbage: looking for it took a fifth of the time.
    gc.set_threshold(100_000, 20, 20)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
