"""Runs `cli.py` as whoever installs the system does: a process of its own, with nothing but what it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def command(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """The exit code and all that was said. `folder` is where no system was ever started."""
    told = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "LANG": "C.UTF-8", **environment}
    run = subprocess.run(
        [sys.executable, "cli.py", *words], cwd=ROOT, env=told, capture_output=True, text=True, timeout=60, check=False
    )
    return run.returncode, run.stdout + run.stderr
