"""Macros: all of their steps or none, through the same rules as the buttons; and how steps are read."""

from __future__ import annotations

import pytest

from core.db import Database
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from handoff.writing.macros import MacroForm, macros_for, run_macro, save_macro
from handoff.writing.steps import read_steps
from models.macro import Macro
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.writing_rows import a_canned, a_macro

SHORTCUTS = frozenset({"oi"})
QUEUES = frozenset({"N1", "N2"})


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def id_(db: Database, cast: dict[str, Attendant]) -> int:
    return a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])


def run(db: Database, id_: int, who: Attendant, macro: int) -> Done | Denied:
    with db.transaction() as session:
        return run_macro(session, id_, who, macro, "t")


def test_every_step_is_done_in_order_and_written_down(db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    a_canned(db, cast["karina"])
    steps = "etiqueta Lento\nresponder oi\nprioridade alta\nnota medir o sinal\ntransferir Financeiro: ver fatura"
    macro = a_macro(db, cast["karina"], steps)
    assert isinstance(run(db, id_, cast["helena"], macro), Done)
    row = conversation(db, id_)
    assert (row.tags, row.priority, row.handler, row.queue) == (["lento"], 1, "queue", "Financeiro")
    assert [message.text for message in messages(db, id_, "out")] == ["Olá, Davi! Sou Helena."]
    assert [message.text for message in messages(db, id_, "note")] == ["medir o sinal"]
    assert audited(db, "macro.run") == [("helena", f"conversation:{id_}")]
    with db.transaction() as session:
        assert session.get_one(Macro, macro).uses == 1


def test_step_that_is_refused_undoes_the_others_and_is_named(
    db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    a_canned(db, cast["karina"], "fatura", "Valor: {{fatura_valor}}")
    macro = a_macro(db, cast["karina"], "etiqueta lento\nnota vendo\nresponder fatura\nencerrar")
    refused = run(db, id_, cast["helena"], macro)
    assert isinstance(refused, Denied)
    assert "Passo 3 (responder fatura): Falta preencher: Valor da fatura." in refused.reason
    assert "Nada desta macro foi feito." in refused.reason
    assert (conversation(db, id_).tags, conversation(db, id_).handler) == ([], "agent")
    assert messages(db, id_, "note") == []
    assert audited(db, "macro.run") == []
    assert audited(db, "macro.stopped") == [("helena", f"conversation:{id_}")]


def test_macro_obeys_the_rules_of_its_steps(db: Database, cast: dict[str, Attendant]) -> None:
    macro = a_macro(db, cast["karina"], "encerrar")
    theirs = a_conversation(db, handler="agent", owner=cast["karina"])
    assert isinstance(run(db, theirs, cast["helena"], macro), Denied)
    assert conversation(db, theirs).handler == "agent"


def test_macro_pressed_twice_repeats_no_message(db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    a_canned(db, cast["karina"])
    macro = a_macro(db, cast["karina"], "responder oi\nnota feito")
    for _ in range(2):
        assert isinstance(run(db, id_, cast["helena"], macro), Done)
    assert len(messages(db, id_, "out")) == len(messages(db, id_, "note")) == 1


def test_macro_that_closed_pressed_again_is_told_as_done(db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    macro = a_macro(db, cast["karina"], "nota feito\nencerrar")
    assert run(db, id_, cast["helena"], macro) == Done(macro)
    assert run(db, id_, cast["helena"], macro) == Done(macro, repeated=True)
    assert audited(db, "macro.stopped") == []
    with db.transaction() as session:
        assert session.get_one(Macro, macro).uses == 1


def test_macros_are_offered_by_queue(db: Database, cast: dict[str, Attendant]) -> None:
    a_macro(db, cast["karina"], "nota a", title="A")
    a_macro(db, cast["karina"], "nota b", title="B", queues=("N2",))
    with db.transaction() as session:
        assert [macro.title for macro in macros_for(session, "N1")] == ["A"]
        assert [macro.steps for macro in macros_for(session, "N2")] == [("nota a",), ("nota b",)]


def test_macro_is_changed_by_supervisors_only(db: Database, cast: dict[str, Attendant]) -> None:
    with db.transaction() as session:
        form = MacroForm("A", "nota a", ())
        assert isinstance(save_macro(session, cast["helena"], form, None), Denied)


def test_steps_are_read_one_a_line() -> None:
    steps = read_steps("Responder /oi\n\netiqueta Sem  Sinal\ntransferir N2: já reiniciou", SHORTCUTS, QUEUES)
    assert not isinstance(steps, str)
    assert [step.told for step in steps] == ["responder oi", "etiqueta sem sinal", "transferir N2: já reiniciou"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Escreva ao menos um passo"),
        ("dançar", "Linha 1: comece com"),
        ("nota a\nresponder tchau", "Linha 2: não há a resposta /tchau"),
        ("transferir Marte: oi", "não há a fila Marte"),
        ("prioridade enorme", "a prioridade é uma de"),
        ("nota", "diga o que: nota"),
        ("encerrar já", "encerrar não leva mais nada"),
        ("encerrar\nnota depois", "só pode ser o último passo"),
        ("\n".join(["nota a"] * 13), "no máximo 12 passos"),
    ],
)
def test_steps_without_sense_are_told_by_line(text: str, problem: str) -> None:
    told = read_steps(text, SHORTCUTS, QUEUES)
    assert isinstance(told, str)
    assert problem in told
