"""Files of the customer base through the console: shown before anything is written, written once, by those who may."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from billing.importing import upload
from billing.importing.run import BATCH
from core.db import Database
from core.errors import Refused
from core.media_store import MediaStore
from models.customer import Customer
from models.import_run import ImportRun
from models.invoice import Invoice
from models.outbox import claim, finish
from tests.integration.console import FILES, Person, console_app
from tests.integration.desk import a_provider, audited, the_cast
from tests.integration.doors import rows
from tests.integration.import_files import CONTRACTS, CUSTOMERS, PLANS, a_base, many_invoices

IMPORTS = "/console/money/imports"


@pytest.fixture
def app(db: Database) -> Flask:
    a_provider(db)
    the_cast(db)
    return console_app(db)


def work(db: Database, store: MediaStore = FILES) -> None:
    """Does all that waits, as the worker of the background does."""
    while True:
        with db.transaction() as session:
            row = claim(session, "background")
        if row is None:
            return
        assert row.topic == upload.WORK
        upload.import_file(row.ref_id, db=db, store=store)
        with db.transaction() as session:
            finish(session, row.id)


def send(person: Person, **files: str | bytes) -> TestResponse:
    """The form with these files, each named after its kind."""
    sent: dict[str, Any] = {
        kind: (io.BytesIO(data if isinstance(data, bytes) else data.encode()), f"{kind}.csv")
        for kind, data in files.items()
    }
    return person.post(IMPORTS, {"token": "t", **sent}, content_type="multipart/form-data")


def run(db: Database, run_id: int = 1) -> ImportRun:
    with db.reading() as session:
        return session.get_one(ImportRun, run_id)


def press(person: Person, name: str, run_id: int = 1) -> int:
    return person.post(f"{IMPORTS}/{run_id}/{name}", {"token": "t"}).status_code


def test_files_are_shown_before_they_are_written_and_each_builds_on_the_one_before(app: Flask, db: Database) -> None:
    karina = Person(app, "karina")
    answer = send(karina, contracts=CONTRACTS, customers=CUSTOMERS, plans=PLANS)
    assert (answer.status_code, answer.headers["Location"]) == (303, IMPORTS)
    work(db)
    assert [(one.kind, one.state) for one in rows(db, ImportRun)] == [
        ("plans", "previewed"),
        ("customers", "previewed"),
        ("contracts", "previewed"),
    ]
    assert rows(db, Customer) == []
    assert run(db, 3).counts["refused"] == 2
    for run_id in (1, 2):
        assert press(karina, "apply", run_id) == 303
        work(db)
    assert len(rows(db, Customer)) == 2
    assert (run(db, 3).state, run(db, 3).counts["new"]) == ("previewed", 2)
    assert press(karina, "apply", 3) == 303
    work(db)
    assert {(one.state, one.applied_by, one.stored_as) for one in rows(db, ImportRun)} == {("done", "karina", None)}
    assert len(audited(db, "import.apply")) == 3


def test_preview_shows_samples_and_refused_lines_without_phones(app: Flask, db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    text = "cpf;nome;celular;+obs\n11144477735;Bruno Lima;12 98111-0003;\n1;A;;\n"
    karina = Person(app, "karina")
    where = send(karina, customers=text).headers["Location"]
    assert "Conferindo, nada é gravado" in karina.get(where).text
    work(db)
    page = karina.get(where).text
    assert "Gravar 1 linha<" in page
    assert "linha 2" in page
    assert "não é um CPF ou CNPJ válido" in page
    assert "Colunas desconhecidas, ignoradas: +obs" in page
    assert "98111" not in page
    assert audited(db, "money.viewed")


def test_report_of_refused_lines_is_whole_and_runs_nothing_in_a_spreadsheet(app: Flask, db: Database) -> None:
    text = "cpf;nome;+celular\n" + "".join(f"{n};Ana;1\n" for n in range(1200)) + "11144477735;=1+1;1\n"
    karina = Person(app, "karina")
    where = send(karina, customers=text.replace("+celular", "celular")).headers["Location"]
    work(db)
    answer = karina.get(f"{where}/refused.csv")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(lines) == 1 + 1201
    assert lines[-1][:2] == ["1202", "nome"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(audited(db, "import.report_downloaded")) == 1


def test_same_file_twice_is_one_run_and_writes_nothing_new_later(app: Flask, db: Database) -> None:
    karina = Person(app, "karina")
    first, second = send(karina, customers=CUSTOMERS), send(Person(app, "admin"), customers=CUSTOMERS)
    assert first.headers["Location"] == second.headers["Location"]
    work(db)
    press(karina, "apply")
    work(db)
    where = send(karina, customers=CUSTOMERS).headers["Location"]
    work(db)
    page = karina.get(where).text
    assert "já foi gravado na" in page
    assert "Não há nada a gravar" in page
    assert run(db, 2).counts == {"new": 0, "changed": 0, "same": 2, "refused": 0}


def test_two_people_who_press_at_once_write_once(app: Flask, db: Database) -> None:
    people = [Person(app, "karina"), Person(app, "admin")]
    send(people[0], customers=CUSTOMERS)
    work(db)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(press, people[n % 2], "apply") for n in range(8)]
    assert sorted(one.result() for one in asked) == [303, *[409] * 7]
    work(db)
    assert press(people[1], "discard") == 409
    assert run(db).counts == {"new": 2, "changed": 0, "same": 0, "refused": 0}
    assert len(audited(db, "import.apply")) == 1


def test_import_goes_on_where_it_was_killed_and_counts_each_line_once(
    app: Flask, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_base(db, tmp_path)
    many_invoices(tmp_path / "i.csv", 2 * BATCH + 7, range(1, 37 * 100, 100))
    karina = Person(app, "karina")
    send(karina, invoices=(tmp_path / "i.csv").read_bytes())
    work(db)
    number = rows(db, ImportRun)[-1].id
    assert (run(db, number).counts["new"], run(db, number).counts["refused"]) == (2 * BATCH + 7 - 37, 37)
    press(karina, "apply", number)
    with pytest.raises(KeyboardInterrupt):
        upload.import_file(number, db=Killed(db, after=4), store=FILES)  # type: ignore[arg-type]
    half = run(db, number)
    assert half.state == "asked"
    assert 0 < half.counts["new"] < 2 * BATCH
    assert f"{100 * half.bytes_read // half.size}%" in karina.get(f"{IMPORTS}/{number}").text
    work(db)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 2 * BATCH + 7 - 37
    done = run(db, number)
    assert (done.state, len(done.refused)) == ("done", 37)
    assert done.counts == {"new": 2 * BATCH + 7 - 37, "changed": 0, "same": 0, "refused": 37}
    upload.import_file(number, db=db, store=FILES)
    assert run(db, number).counts == done.counts


class Killed:
    """A database whose process dies before the transaction that follows so many."""

    def __init__(self, db: Database, after: int) -> None:
        self._db, self._left = db, after
        self.reading = db.reading

    def transaction(self) -> Any:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return self._db.transaction()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x14\x00" + bytes(60), "salve como CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(60), "planilha antiga do Excel"),
        (b"%PDF-1.7\n" + bytes(range(256)), "é um PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "não pode ser importado"),
        ("nome;telefone\nAna;1\n".encode("utf-16"), "falta a coluna cpf cnpj"),
        ("cpf;nome;Nome\n1;a;b\n", "colunas repetidas"),
    ],
)
def test_file_that_is_no_table_is_told_in_words(app: Flask, db: Database, data: str | bytes, said: str) -> None:
    karina = Person(app, "karina")
    where = send(karina, customers=data).headers["Location"]
    work(db)
    assert said in karina.get(where).text
    assert run(db).state == "failed"
    assert press(karina, "apply") == 409


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_keep_their_accents_in_any_encoding(app: Flask, db: Database, encoding: str) -> None:
    karina = Person(app, "karina")
    send(karina, customers="CPF;Nome\n85739201659;Fábio Nuñes Conceição\n".encode(encoding))
    work(db)
    press(karina, "apply")
    work(db)
    assert [one.name for one in rows(db, Customer)] == ["Fábio Nuñes Conceição"]


def test_too_large_empty_and_missing_files_are_refused_in_words(app: Flask, db: Database) -> None:
    karina = Person(app, "karina")
    assert "até 3,5 MB" in send(karina, customers=b"x" * 3_500_001).text
    assert "Arquivo vazio: customers.csv" in send(karina, customers=" \n").text
    assert "Escolha pelo menos um arquivo" in send(karina).text
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = send(karina, customers=b"x" * 2000)
    assert answer.status_code == 413
    assert "Grande demais" in answer.text
    assert rows(db, ImportRun) == []


def test_only_supervision_may_import_and_nothing_happens_without_a_token(app: Flask, db: Database) -> None:
    send(Person(app, "karina"), customers=CUSTOMERS)
    work(db)
    for login in ("helena", "joana"):
        person = Person(app, login)
        assert person.get(IMPORTS).status_code == 403
        assert person.get(f"{IMPORTS}/1/refused.csv").status_code == 403
        assert send(person, customers=PLANS).status_code == 403
        assert press(person, "apply") == 403
    assert Person(app, "karina").post(f"{IMPORTS}/1/apply").status_code == 400
    assert Person(app, "karina").get(f"{IMPORTS}/99").status_code == 404
    assert run(db).state == "previewed"


def test_nothing_is_imported_beside_an_erp(db: Database) -> None:
    a_provider(db)
    the_cast(db)
    karina = Person(console_app(db, own_erp=False), "karina")
    assert "A importação só existe com" in karina.get(IMPORTS).text
    assert send(karina, customers=CUSTOMERS).status_code == 409
    assert rows(db, ImportRun) == []


def test_discarded_file_is_kept_no_longer(app: Flask, db: Database) -> None:
    karina = Person(app, "karina")
    send(karina, customers=CUSTOMERS)
    work(db)
    key = str(run(db).stored_as)
    assert press(karina, "discard") == 303
    work(db)
    assert (run(db).state, run(db).stored_as) == ("discarded", None)
    with pytest.raises(Refused):
        FILES.get(key)


def test_file_is_discarded_when_nobody_decides_for_a_week(app: Flask, db: Database) -> None:
    send(Person(app, "karina"), customers=CUSTOMERS)
    work(db)
    key = str(run(db).stored_as)
    upload.import_file(1, db=db, store=FILES)
    assert run(db).state == "previewed"
    with db.transaction() as session:
        session.get_one(ImportRun, 1).created_at -= upload.KEPT
    upload.import_file(1, db=db, store=FILES)
    assert (run(db).state, run(db).stored_as) == ("discarded", None)
    with pytest.raises(Refused):
        FILES.get(key)
