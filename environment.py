"""What `make run` is told: the lines of .env, and secrets that nobody set, made once and kept."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

SECRETS = ("SECRET_KEY", "META_APP_SECRET", "META_VERIFY_TOKEN", "RADIUS_SECRET", "DEMO_PASSWORD")


def read_dotenv(path: Path, environment: dict[str, str]) -> None:
    """Takes NAME=value lines from a file; what the environment already has wins."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#") and name not in environment:
            environment[name] = value.strip().strip("\"'")


def keep_secrets(environment: dict[str, str], path: Path) -> None:
    """Completes the environment with secrets that nobody set: made once, kept in a file that only its owner reads."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for name in SECRETS:
        if not environment.get(name) and not environment.get(f"{name}_FILE"):
            kept.setdefault(name, secrets.token_hex(6 if name == "DEMO_PASSWORD" else 32))
            environment[name] = kept[name]
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept))
