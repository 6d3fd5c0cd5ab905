"""The buttons of a conversation's life: up and down a level, put off, send later, remind, and merge people."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from handoff import desk
from handoff.console.acts import Act, perform
from handoff.console.framing import form_token, typed
from handoff.console.network.moments import typed_moment
from handoff.console.offers import read_offers
from handoff.console.ports import Ports, attendant, house, permitted, row_id
from handoff.life.checklist import read_checklist, tick
from handoff.life.escalation import step_up
from handoff.life.merging import UNKNOWN as NO_SUCH_CONTACT
from handoff.life.merging import contact_of_protocol, merge
from handoff.life.reminding import set_reminds
from handoff.life.scheduled import NOT_WAITING, Wanted, cancel, change, schedule
from handoff.life.snooze import snooze, wake_now
from handoff.life.speaking import let_speak
from handoff.life.unmerging import UNKNOWN as NO_SUCH_MERGE
from handoff.life.unmerging import unmerge
from handoff.outcome import Denied, Done
from models.conversation import Conversation

MORNING = time(9)
MONDAY = 0
NO_MOMENT = Denied("Escolha quando: a data e a hora, ou uma das opções.")
NOTHING_ABOVE = Denied("Não há um nível acima desta fila.")


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the acts; every one is a POST with the session's form token."""
    acts = {
        "checklist": _checklist,
        "escalate": _escalate,
        "give-down": _give_down,
        "let-speak": _let_speak,
        "snooze": _snooze,
        "wake": _wake,
        "schedule": _schedule,
        "reschedule": _reschedule,
        "unschedule": _unschedule,
        "reminds": _reminds,
        "merge": _merge,
        "unmerge": _unmerge,
    }
    for name, act in acts.items():
        bound: Act = partial(act, ports)
        blueprint.add_url_rule(
            f"/c/<int:conversation_id>/{name}",
            f"act_{name.replace('-', '_')}",
            partial(perform, ports, bound),
            methods=["POST"],
        )


def _checklist(ports: Ports, session: Session, id_: int) -> Done | Denied:
    """What is ticked in the form is ticked, what is not is not; facts stand by themselves."""
    conversation = session.get_one(Conversation, id_)
    wanted = set(request.form.getlist("item"))
    result: Done | Denied = Done(id_)
    for item in read_checklist(session, conversation, ports.now()):
        by_fact = item.done and not item.by_hand
        if not by_fact and item.done != (item.name in wanted):
            result = tick(session, id_, attendant(), item.name, item.name in wanted, now=ports.now())
        if isinstance(result, Denied):
            break
    return result


def _escalate(ports: Ports, session: Session, id_: int) -> Done | Denied:
    ticked = _checklist(ports, session, id_)
    if isinstance(ticked, Denied):
        return ticked
    step = step_up(session, session.get_one(Conversation, id_), ports.now())
    if step is None:
        return NOTHING_ABOVE
    return desk.transfer(
        session, id_, attendant(), step.to, typed("note", None), override=typed("override", None), now=ports.now()
    )


def _give_down(ports: Ports, session: Session, id_: int) -> Done | Denied:
    return desk.give_down(session, id_, attendant(), typed("note", None), now=ports.now())


def _let_speak(ports: Ports, session: Session, id_: int) -> Done | Denied:
    return let_speak(session, id_, attendant(), typed("reason", None), now=ports.now())


def _snooze(ports: Ports, session: Session, id_: int) -> Done | Denied:
    now, zone = ports.now(), house(session).zone
    until = _chosen(typed("when", None), now, zone)
    if until is None:
        return NO_MOMENT
    return snooze(session, id_, attendant(), until, typed("reason", None), now=now)


def _wake(ports: Ports, session: Session, id_: int) -> Done | Denied:
    return wake_now(session, id_, attendant(), now=ports.now())


def _schedule(ports: Ports, session: Session, id_: int) -> Done | Denied:
    wanted = _wanted(ports, session, id_)
    if isinstance(wanted, Denied):
        return wanted
    return schedule(session, id_, attendant(), wanted, form_token(), language=ports.language, now=ports.now())


def _reschedule(ports: Ports, session: Session, id_: int) -> Done | Denied:
    wanted = _wanted(ports, session, id_)
    if isinstance(wanted, Denied):
        return wanted
    row_id = _number("scheduled")
    return change(session, row_id, attendant(), wanted, now=ports.now()) if row_id else NOT_WAITING


def _unschedule(ports: Ports, session: Session, id_: int) -> Done | Denied:
    row_id = _number("scheduled")
    return cancel(session, row_id, attendant(), now=ports.now()) if row_id else NOT_WAITING


def _reminds(ports: Ports, session: Session, id_: int) -> Done | Denied:
    return set_reminds(session, id_, attendant(), typed("wanted", None) == "yes")


def _merge(ports: Ports, session: Session, id_: int) -> Done | Denied:
    who = permitted("contact.merge")
    gone = contact_of_protocol(session, typed("protocol", None), who)
    if gone is None:
        return NO_SUCH_CONTACT
    kept = session.get_one(Conversation, id_).contact_id
    return merge(session, kept, gone, who, typed("reason", None), now=ports.now())


def _unmerge(ports: Ports, session: Session, id_: int) -> Done | Denied:
    who, merge_id = permitted("contact.merge"), _number("merge")
    contact_id = session.get_one(Conversation, id_).contact_id
    return unmerge(session, merge_id, contact_id, who, now=ports.now()) if merge_id else NO_SUCH_MERGE


def _wanted(ports: Ports, session: Session, id_: int) -> Wanted | Denied:
    now, place = ports.now(), house(session)
    at = _moment(now, place.zone)
    if at is None:
        return NO_MOMENT
    template, values = typed("template", None), {}
    if template:
        offers = read_offers(session, session.get_one(Conversation, id_), place, ports.language)
        values = {blank.name: blank.value for offer in offers if offer.purpose == template for blank in offer.blanks}
    return Wanted(at, typed("text", None), template, values, typed("only_if_silent", None) == "yes")


def _chosen(choice: str, now: datetime, zone: str) -> datetime | None:
    """What was typed, or else when a choice of handoff.console.life.WAKES is; None for neither."""
    if at := _moment(now, zone):
        return at
    if choice in ("hour", "three"):
        return now + timedelta(hours=1 if choice == "hour" else 3)
    if choice not in ("tomorrow", "monday"):
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    days = 1 if choice == "tomorrow" else (MONDAY - today.weekday()) % 7 or 7
    return datetime.combine(today + timedelta(days=days), MORNING, ZoneInfo(zone)).astimezone(UTC)


def _moment(now: datetime, zone: str) -> datetime | None:
    try:
        return typed_moment(typed("at", None), zone, now)
    except ValueError:
        abort(400, "A data ou a hora não faz sentido. Volte e confira.")


def _number(name: str) -> int:
    return row_id(typed(name, None))
