"""What people do with files of the customer base: send them, have them written, compared once more, or discarded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.importing import upload
from billing.importing.kinds import kinds
from core.errors import Conflict
from handoff import audit
from handoff.console.framing import form_token
from handoff.console.money.imports import found_run, imports_page, run_page
from handoff.console.ports import Ports, permitted

# All files of a form together come in one body, which the application bounds to 4 MB.
MOST_BYTES = 3_500_000
LONGEST_NAME = 120
OTHER_ERP = "Os clientes são do seu ERP: aqui só se importa quando ERP=local."
TOO_LARGE = "Arquivo grande demais: até 3,5 MB por vez aqui. Divida-o, ou use `cli.py import` no servidor."
MOVED = {
    "previewed": "",
    "waiting": "O arquivo ainda está sendo conferido.",
    "asked": "Esta importação já foi pedida.",
    "done": "Esta importação já foi gravada.",
    "failed": "Esta importação falhou; envie o arquivo de novo.",
    "discarded": "Esta importação foi descartada.",
}
ACTS = {"apply": "asked", "again": "waiting", "discard": "discarded"}


@dataclass(frozen=True)
class Sent:
    """A file of the form."""

    kind: str
    name: str
    data: bytes


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the form's door and the buttons of a run."""
    blueprint.add_url_rule("/money/imports", "import_send", partial(_send, ports), methods=["POST"])
    for name in ACTS:
        view = partial(_move, ports, name)
        where = f"/money/imports/<int:run_id>/{name}"
        blueprint.add_url_rule(where, f"import_{name}", view, methods=["POST"])


def _send(ports: Ports) -> Response:
    """Keeps the files and has them compared; the same file once more while it is open is the same run."""
    who = permitted("base.import")
    form_token()
    files = _sent()
    problem = OTHER_ERP if not ports.own_erp else _problem(files)
    if problem:
        return imports_page(ports, problem, 409)
    kept = [(one, ports.store.put(one.data)) for one in files]
    with ports.db.transaction() as session:
        runs = [upload.take_upload(session, one.kind, one.name, key, len(one.data), who.login) for one, key in kept]
        for run in runs:
            audit.record(session, who.login, "import.uploaded", f"import:{run.id}", kind=run.kind, size=run.size)
        ids = [run.id for run in runs]
    if len(ids) == 1:
        return redirect(url_for("console.import_run", run_id=ids[0]), 303)
    return redirect(url_for("console.imports"), 303)


def _move(ports: Ports, name: str, run_id: int) -> Response:
    who = permitted("base.import")
    form_token()
    if not ports.own_erp and name != "discard":
        return run_page(ports, run_id, OTHER_ERP, 409)
    try:
        with ports.db.transaction() as session:
            found_run(session, run_id)
            row = upload.move(session, run_id, ACTS[name], who.login)
            audit.record(session, who.login, f"import.{name}", f"import:{run_id}", kind=row.kind)
    except Conflict as conflict:
        return run_page(ports, run_id, MOVED[conflict.detail] or "Este arquivo veio pelo comando.", 409)
    return redirect(url_for("console.import_run", run_id=run_id), 303)


def _sent() -> list[Sent]:
    """In the order in which they build on each other."""
    found = []
    for kind in kinds():
        file = request.files.get(kind)
        if file is not None and file.filename:
            found.append(Sent(kind, _safe(file.filename), file.stream.read(MOST_BYTES + 1)))
    return found


def _problem(files: list[Sent]) -> str:
    if not files:
        return "Escolha pelo menos um arquivo CSV."
    if any(len(one.data) > MOST_BYTES for one in files):
        return TOO_LARGE
    empty = [one.name for one in files if not one.data.strip()]
    return f"Arquivo vazio: {', '.join(empty)}." if empty else ""


def _safe(name: str) -> str:
    """The name without its folders and without what cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "arquivo.csv"
