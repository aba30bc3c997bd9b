"""Puts the pack's folder on the import path, as the engine does when it runs the pack."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "policies"))
