"""The pinned Pulumi CLI and the Python environment of this project; standard library only.

    python3 -m toolchain        set both up (what `make setup` runs); quick when they are there
    python3 -m toolchain path   print the folder to put first on PATH for `pulumi`
    toolchain.locate()          the same folder, as a Path; changes nothing

All of it runs before any virtualenv exists. It writes to `messaging-app/toolchain` in the per-user
cache (`$XDG_CACHE_HOME` or `~/.cache`), `.venv` and `.offline`.
"""

import os
import sys

MINIMUM_PYTHON = (3, 11)

if os.name == "nt":
    raise SystemExit("Windows is supported through WSL: run the same command in a WSL terminal.")
if sys.version_info[:2] < MINIMUM_PYTHON:
    raise SystemExit(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old: this project needs "
        "3.11 or newer. Install one and name it, for example: make setup PYTHON=python3.12"
    )

# Only now, because an older Python does not understand what this imports.
from toolchain.pulumi_cli import locate  # noqa: E402

__all__ = ["locate"]
