"""The readings worth a look, for supervisors: what was read, what was meant, and the judgement to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, and_, func, select, text, true
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.corrections import wanted_intent
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.understood import Choice, choices, name_of, percent, understood_as
from handoff.console.wording import moment
from handoff.outcome import Denied
from handoff.personal import masked
from handoff.readings import GONE, names_known, review, standing, texts_read
from models.reading import WORTH_A_LOOK, Reading
from nlu.intent_names import intent_names

ON_A_PAGE = 20
OFFERED = 4
# A longer text is folded up: one letter of complaint must not push everything else off the screen.
SHOWN_CHARACTERS = 400
SEEN_AGAIN = timedelta(hours=1)
FILTERS = {
    "all": "Todas",
    "contradicted": "Cliente disse não",
    "corrected": "Corrigidas",
    "unsure": "Sem certeza",
    "shadow": "Modelos discordam",
}
EMPTY = {
    "all": "Nada para revisar. O que o robô não entender bem aparece aqui.",
    "contradicted": "Nenhum cliente disse que não era isso.",
    "corrected": "Nenhuma correção da equipe espera revisão.",
    "unsure": "Nenhuma leitura sem certeza.",
    "shadow": "Nenhum modelo em teste discorda do que está em uso.",
}
_WORTH_A_LOOK: ColumnElement[bool] = text(WORTH_A_LOOK)  # type: ignore[assignment]


@dataclass(frozen=True)
class Item:
    """A reading to judge. `seen` is sent back with the judgement: what changed since is not judged unseen."""

    id: int
    conversation_id: int
    when: str
    reasons: tuple[str, ...]
    start: str
    rest: str
    understood: str
    heard: tuple[str, ...]
    own: str
    choices: tuple[Choice, ...]
    seen: str


@dataclass(frozen=True)
class Pile:
    """One page of the list. `before` is the id from which older ones go on, None on the last page."""

    filter: str
    items: list[Item]
    counts: dict[str, int]
    before: int | None
    first_page: bool


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and the judgement."""
    blueprint.add_url_rule("/revisao", "review", partial(_page, ports))
    blueprint.add_url_rule("/revisao/<int:reading_id>", "act_review", partial(_judge, ports), methods=["POST"])


def _page(ports: Ports, problem: str = "", status: int = 200) -> Response:
    who, now = permitted("reading.correct"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        audit.record_once(session, who.login, "readings.viewed", "readings", within=SEEN_AGAIN)
        pile = _read(session, place, now)
    page = render_template(
        "console/review.html",
        house=place,
        who=who,
        csrf=visit().csrf,
        pile=pile,
        filters=FILTERS,
        empty=EMPTY[pile.filter] if pile.first_page else "Nada mais antigo para revisar.",
        intents=intent_names(),
        problem=problem,
    )
    return make_response(page, status)


def _judge(ports: Ports, reading_id: int) -> Response:
    who = permitted("reading.correct")
    intent, discarded = wanted_intent(), "discard" in request.form
    if not intent and not discarded:
        return _page(ports, "Escolha um assunto, ou descarte a mensagem.", 409)
    with ports.db.transaction() as session:
        wanted = "" if discarded else intent
        known = reading_id <= LARGEST_ID
        result = review(session, reading_id, who, wanted, request.form.get("seen", "")) if known else GONE
    if isinstance(result, Denied):
        return _page(ports, result.reason, 409)
    next_one = request.form.get("next", "")
    back = url_for(
        "console.review", motivo=_filter(), antes=_before(), _anchor=f"r{next_one}" if next_one.isdecimal() else None
    )
    return redirect(back, 303)


def _filter() -> str:
    wanted = request.args.get("motivo", "all")
    return wanted if wanted in FILTERS else "all"


def _before() -> int | None:
    given = request.args.get("antes", "")
    return min(int(given), LARGEST_ID) if given.isdecimal() and len(given) < 12 else None


def _conditions() -> dict[str, ColumnElement[bool]]:
    return {
        "all": true(),
        "contradicted": Reading.contradicted_at.is_not(None),
        "corrected": Reading.corrected_at.is_not(None),
        "unsure": and_(Reading.source == "model", Reading.band.in_(("confirm", "menu"))),
        "shadow": Reading.shadow["intent"].astext != Reading.intent,
    }


def _read(session: Session, place: House, now: datetime) -> Pile:
    wanted, before, conditions = _filter(), _before(), _conditions()
    counts = session.execute(
        select(*(func.count().filter(condition).label(name) for name, condition in conditions.items()))
        .select_from(Reading)
        .where(_WORTH_A_LOOK)
    ).one()
    found = select(Reading).where(_WORTH_A_LOOK, conditions[wanted]).order_by(Reading.id.desc())
    if before is not None:
        found = found.where(Reading.id < before)
    rows = list(session.scalars(found.limit(ON_A_PAGE + 1)))
    more, rows = len(rows) > ON_A_PAGE, rows[:ON_A_PAGE]
    texts = texts_read(session, [row.id for row in rows])
    names = names_known(session, [row.id for row in rows])
    items = [_item(row, masked(texts[row.id], names[row.id]), moment(row.read_at, now, place.zone)) for row in rows]
    return Pile(wanted, items, dict(counts._mapping), rows[-1].id if more else None, first_page=before is None)


def _item(row: Reading, said: str, when: str) -> Item:
    shadow = row.shadow or {}
    cut = len(said)
    if cut > SHOWN_CHARACTERS:
        cut = max(said.rfind(" ", 0, SHOWN_CHARACTERS), 0) or SHOWN_CHARACTERS
    offered = [row.corrected_intent or "", row.meant, str(shadow.get("intent", ""))]
    others = [choice for choice in choices(row, offered) if choice.intent != row.intent]
    return Item(
        id=row.id,
        conversation_id=row.conversation_id,
        when=when,
        reasons=tuple(_reasons(row)),
        start=said[:cut],
        rest=said[cut:],
        understood="nada: o modelo estava fora do ar" if row.source == "unavailable" else understood_as(row),
        heard=tuple(_heard(row)),
        own=row.intent if row.intent in intent_names() else "",
        choices=tuple(others[:OFFERED]),
        seen=standing(row),
    )


def _reasons(row: Reading) -> list[str]:
    reasons = ["o cliente disse não"] if row.contradicted_at else []
    reasons += ["corrigida"] if row.corrected_at else []
    reasons += ["sem certeza"] if row.source == "model" and row.band != "act" else []
    reasons += ["modelos discordam"] if row.shadow and row.shadow.get("intent") != row.intent else []
    return reasons


def _heard(row: Reading) -> list[str]:
    """What others say it was: the customer, the agent, the model in trial."""
    heard = []
    if row.contradicted_at:
        heard.append(f"O cliente queria: {name_of(row.meant)}" if row.meant else "O cliente disse que não era isso")
    if row.corrected_intent:
        heard.append(f"{row.corrected_by} corrigiu para: {name_of(row.corrected_intent)}")
    if row.shadow and row.shadow.get("intent") != row.intent:
        sure = percent(float(row.shadow["confidence"]))
        heard.append(f"O modelo em teste leu: {name_of(str(row.shadow['intent']))} · {sure}")
    return heard
