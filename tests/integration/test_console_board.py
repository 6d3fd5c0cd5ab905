"""The supervisors' board: what waits, who is there, and looking into a conversation, which is written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from handoff.roles import ensure_roles
from models import utc_now
from models.audit import Audit
from models.message import Message
from models.presence import Presence
from models.role import RoleRow
from models.sla import SlaClock
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, conversation, messages, the_cast


@pytest.fixture
def app(db: Database) -> Flask:
    """The console of the demo provider."""
    a_provider(db)
    return console_app(db)


@pytest.fixture
def cast(db: Database, app: Flask) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


def there(db: Database, who: Attendant, state: str = "online", reason: str = "", silent_seconds: int = 0) -> None:
    """A person's presence since ten minutes ago."""
    now = utc_now()
    with db.transaction() as session:
        row = Presence(agent_id=who.id, state=state, reason=reason, since=now - timedelta(minutes=10))
        row.seen_at = now - timedelta(seconds=silent_seconds)
        session.add(row)


def queue_line(page: str, name: str) -> list[str]:
    row = re.search(rf'<tr data-queue="{name}">(.*?)</tr>', page)
    assert row
    return re.findall(r"<td[^>]*>([^<]*)</td>", row[1])


def person_box(page: str, login: str) -> str:
    box = re.search(rf'data-person="{login}">(.*?)(?=<li class="box"|</main>)', page, re.DOTALL)
    assert box
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", box[1]))


def test_board_tells_how_each_queue_stands(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    there(db, cast["helena"])
    there(db, cast["karina"], silent_seconds=600)
    late = a_conversation(db, hours_ago=2)
    a_conversation(db, hours_ago=0.5)
    a_conversation(db, handler="agent", owner=cast["helena"])
    with db.transaction() as session:
        due = utc_now() - timedelta(minutes=5)
        for kind in ("first", "level"):
            row = SlaClock(conversation_id=late, kind=kind, queue="N1", calendar="sempre", target_minutes=60)
            row.due_at = due
            session.add(row)
    page = Person(app, "karina").get("/console/board").text
    assert queue_line(page, "N1") == ["2", "2 h", "1", "1", "1", "1"]
    assert queue_line(page, "N2") == ["0", "–", "0", "0", "0", "0"]


def test_board_tells_what_each_person_has(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    there(db, cast["helena"])
    there(db, cast["igor"], "paused", "almoço")
    there(db, cast["joana"], silent_seconds=600)
    id_ = a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])
    with db.transaction() as session:
        said = Message(conversation_id=id_, channel="whatsapp", direction="out", author="agent:helena", text="oi")
        session.add(said)
    page = Person(app, "karina").get("/console/board").text
    helena = person_box(page, "helena")
    assert "Disponível há 10 min" in helena
    assert "Carga 1 de 5 · N1 · última resposta" in helena
    assert "Davi" in helena
    assert "Em pausa: almoço há 10 min" in person_box(page, "igor")
    assert "Fora: sem sinal da tela" in person_box(page, "joana")


def test_look_from_the_board_is_written_down_with_its_reason(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    page = karina.get("/console/board").text
    assert f"/console/c/{id_}?de=board" in page
    karina.get(f"/console/c/{id_}?de=board")
    with db.transaction() as session:
        seen = session.scalars(select(Audit).where(Audit.action == "conversation.viewed")).all()
    assert [(row.actor, row.subject, row.detail) for row in seen] == [
        ("karina", f"conversation:{id_}", {"reason": "board"})
    ]


def test_whisper_is_a_note_to_the_owner_that_never_goes_out(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    page = karina.get(f"/console/c/{id_}?de=board&para=helena").text
    assert re.search(r"<textarea[^>]*>@helena <", page)
    assert "@&lt;" not in karina.get(f"/console/c/{id_}?de=board&para=<b>").text
    karina.post(f"/console/c/{id_}/note", {"text": "@helena ofereça a visita", "token": "t1"})
    assert [row.text for row in messages(db, id_, "note")] == ["@helena ofereça a visita"]
    assert messages(db, id_, "out") == []


def test_supervisor_takes_over_from_the_board(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    assert f'action="/console/c/{id_}/take-over"' in karina.get("/console/board").text
    karina.post(f"/console/c/{id_}/take-over")
    assert conversation(db, id_).agent_id == cast["karina"].id


def test_board_stays_as_it_is_while_nothing_changes(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    karina = Person(app, "karina")
    first = karina.get("/console/board/live", headers=LIVE)
    same = karina.get("/console/board/live", headers={**LIVE, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, same.status_code) == (200, 304)


@pytest.mark.parametrize("path", ["/console/board", "/console/board/live", "/console/reports", "/console/reports.csv"])
@pytest.mark.parametrize("login", ["helena", "igor", "joana", "lucas"])
def test_only_supervisors_see_board_and_reports(
    db: Database, app: Flask, cast: dict[str, Attendant], path: str, login: str
) -> None:
    person = Person(app, login)
    assert person.get(path).status_code == 403
    if login != "lucas":
        assert "Quadro" not in person.get("/console/").text


def test_reports_open_for_a_day_a_week_and_a_span(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    for query in ("", "?kind=day", "?kind=span&day=2026-11-01&until=2026-11-30"):
        page = karina.get(f"/console/reports{query}")
        assert page.status_code == 200
        assert page.text.count("Como é calculado") >= 10
        assert "<desc" in page.text
        assert "style=" not in page.text
    assert "Relatório de 01/11/2026 a 30/11/2026" in page.text


@pytest.mark.parametrize(
    "query", ["kind=month", "day=2026-13-01", "kind=span&day=2026-01-01&until=2026-12-31", "day=1999-01-01&kind=day"]
)
def test_period_without_sense_is_refused(db: Database, app: Flask, cast: dict[str, Attendant], query: str) -> None:
    assert Person(app, "karina").get(f"/console/reports?{query}").status_code == 400


def test_file_is_what_excel_opens_in_brazil_and_its_download_is_written_down(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    answer = Person(app, "karina").get("/console/reports.csv?kind=day&day=2026-11-03")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="relatorio-2026-11-03-2026-11-03.csv"'
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "seção;medida;de quem;nome;figura;valor"
    assert "Dias;Conversas;;03/11/2026;abertas;0" in lines
    with db.transaction() as session:
        (row,) = session.scalars(select(Audit).where(Audit.action == "report.downloaded"))
    assert row.detail == {"kind": "day", "day": "2026-11-03"}


def test_board_names_nobody_from_queues_that_its_reader_may_not_open(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    with db.transaction() as session:
        ensure_roles(session)
        session.get_one(RoleRow, "supervisor").sees = "queues"
        # Helena's role has conversations only with her queue: she is on the board all the same.
        row = session.get_one(RoleRow, "agent")
        row.deeds, row.by_queue = [], {"N1": ["conversation.answer"]}
    a_conversation(db, name="Ana Souza")
    a_conversation(db, name="Bruno Lima", queue="Financeiro")
    a_conversation(db, name="Carla Dias", queue="Financeiro", handler="agent", owner=cast["joana"])
    page = Person(app, "karina").get("/console/board").text
    assert ["Ana Souza" in page, "Bruno Lima" in page, "Carla Dias" in page] == [True, False, False]
    assert "Conversa de outra fila" in page
    assert "Helena Castro" in person_box(page, "helena")
