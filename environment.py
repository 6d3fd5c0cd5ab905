"""What `make run` is told: the lines of .env, and secrets that nobody set, made once and kept."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import fields
from pathlib import Path

from core.settings import Settings

# What is made here when nobody set it, unless the other setting names somebody outside who knows the real one.
SECRETS = {
    "SECRET_KEY": "",
    "DEVICE_KEY": "",
    "META_APP_SECRET": "META_ACCESS_TOKEN",
    "META_VERIFY_TOKEN": "META_ACCESS_TOKEN",
    "RADIUS_SECRET": "RADIUS_DATABASE_URL",
    "DEMO_PASSWORD": "",
}


def read_dotenv(path: Path, environment: dict[str, str]) -> None:
    """Takes NAME=value lines from a file; what the environment already has wins."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#") and name not in environment:
            environment[name] = value.strip().strip("\"'")


def made_here(environment: dict[str, str]) -> list[str]:
    """Names of the secrets that `keep_secrets` would add."""

    def given(name: str) -> bool:
        return bool(environment.get(name) or environment.get(f"{name}_FILE"))

    return [name for name, outside in SECRETS.items() if not given(name) and not (outside and given(outside))]


def keep_secrets(environment: dict[str, str], path: Path) -> None:
    """Completes the environment with secrets that nobody set: made once, kept in a file that only its owner reads."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for name in made_here(environment):
        kept.setdefault(name, _made(name))
        environment[name] = kept[name]
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept))


def simulate_bank(environment: dict[str, str], settings: Settings) -> None:
    """The demo's bank, beside the simulated WhatsApp, unless a gateway is named or none is wanted (`GATEWAY=`)."""
    if settings.simulated_channel and settings.erp == "local" and "GATEWAY" not in environment:
        environment["GATEWAY"] = "simulator"


def _made(name: str) -> str:
    if name == "DEVICE_KEY":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(6 if name == "DEMO_PASSWORD" else 32)


def keep_environment(environment: dict[str, str], path: Path) -> None:
    """Writes down the settings of the running system, for commands such as `python cli.py` and for tests."""
    names = {item.name.upper() for item in fields(Settings)}
    path.touch(mode=0o600)
    path.write_text(json.dumps({name: value for name, value in environment.items() if name in names}))


def kept_environment(path: Path) -> dict[str, str]:
    """What `keep_environment` wrote down; nothing where no system was started."""
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept
