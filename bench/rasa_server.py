"""What a user would pick instead: Rasa's own server with its REST channel, the same model, rules for the answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from bench.conversations import MESSAGES
from bot.texts import Texts
from nlu.environment import environment_python
from nlu.train import rasa_environment
from stores import free_port

ROOT = Path(__file__).resolve().parents[1]
TEXT_OF = {
    "greet": "greet.unknown",
    "bot_challenge": "bot_challenge",
    "new_plan_sales": "handoff.new_plan_sales",
    "technician_status": "handoff.technician_status",
    "invoice_question": "handoff.invoice_question",
    "cancel_service": "handoff.cancel_service",
}


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """Trains a model with rules for the measured intents, serves it, and gives its address and process."""
    folder = Path(tempfile.mkdtemp(prefix="religa-bench-rasa-"))
    _project(folder)
    environment = rasa_environment()
    rasa = [str(environment_python()), "-m", "rasa"]
    train = [*rasa, "train", "--quiet", "--out", "models", "--fixed-model-name", "bench", "--data", "data"]
    subprocess.run(train, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = free_port()
    serve = [*rasa, "run", "-m", "models/bench.tar.gz", "-p", str(port), "-i", "127.0.0.1", "--enable-api", "--quiet"]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, folder / "log.txt")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def request_body(sender: str, text: str) -> bytes:
    """The body for the REST channel."""
    return json.dumps({"sender": sender, "message": text}).encode()


def _project(folder: Path) -> None:
    nlu = ROOT / "nlu"
    data = folder / "data"
    data.mkdir(parents=True)
    shutil.copytree(nlu / "data" / "pt_BR", data / "nlu")
    config = yaml.safe_load((nlu / "config.yml").read_text(encoding="utf-8"))
    domain = yaml.safe_load((nlu / "domain.yml").read_text(encoding="utf-8"))
    intents = sorted({intent for _, intent in MESSAGES})
    texts = Texts.load()
    values = {"provider": "Conecta Vale Telecom", "queue": "N1", "protocol": "202611220000012", "name": ""}
    domain["responses"] = {f"utter_{name}": [{"text": texts(TEXT_OF[name], **values)}] for name in intents}
    domain["session_config"] = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in intents]
    config["policies"] = [{"name": "RulePolicy"}]
    _write(folder / "config.yml", config)
    _write(folder / "domain.yml", domain)
    _write(data / "rules.yml", {"version": "3.1", "rules": rules})
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text("")


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("Rasa's server did not start:\n" + log.read_text()[-2000:])
        try:
            if requests.get(f"{url}/status", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise SystemExit(f"Rasa's server did not become ready (environment {os.environ.get('NLU_PYTHON', '')})")
