"""wifi_password: the name or the password of the Wi-Fi, changed through the ACS and confirmed; else a person in N1."""

from __future__ import annotations

from dataclasses import replace

from bot import people
from bot.answers.quoting import quoted
from bot.effects import AskNetwork, Effect, HideWords, Option, Remember, Say
from bot.turn import JobResult, Turn
from bot.wifi_secret import fault_of_name, fault_of_password
from provisioning.action import SET_WIFI

PASSWORD, NAME = "wifi:password", "wifi:name"
YES, NO = "wifi:yes", "wifi:no"
DONE = frozenset({"verified", "already"})


def answer(turn: Turn) -> list[Effect]:
    """Asks what is to be changed, unless the words say it; an article or a person helps where no ACS can do it."""
    if not turn.fact("wifi_changes"):
        return quoted(turn, "wifi_password") or people.hand_off(turn, "N1", "wifi_password", "handoff.wifi_password")
    turn = replace(turn, dialogue=replace(turn.dialogue, contract=turn.contract().ref))
    names, passwords = turn.replies.wifi_subject(turn.text)
    if names == passwords:
        options = Option(PASSWORD, turn.texts("button.wifi_password")), Option(NAME, turn.texts("button.wifi_name"))
        return [Say(turn.texts("wifi.ask_which"), options), _expecting(turn, "wifi_which")]
    return _ask(turn, NAME if names else PASSWORD)


def _ask(turn: Turn, which: str, fault: str = "") -> list[Effect]:
    """Asks for the new one; `fault` says what was wrong with the last."""
    kind = "name" if which == NAME else "password"
    sentence = f"wifi.{kind}_{fault}" if fault else f"wifi.ask_{kind}"
    return [Say(turn.texts(sentence)), _expecting(turn, f"wifi_{kind}")]


def _expecting(turn: Turn, expect: str, **data: str) -> Remember:
    return Remember(replace(turn.dialogue, expect=expect, intent="wifi_password", misses=0, data=data))


def _which(turn: Turn) -> list[Effect] | None:
    if turn.reply_id in {PASSWORD, NAME}:
        return _ask(turn, turn.reply_id)
    names, passwords = turn.replies.wifi_subject(turn.answer)
    return None if names == passwords else _ask(turn, NAME if names else PASSWORD)


def _password(turn: Turn) -> list[Effect] | None:
    """The password as it was typed, kept locked until it is confirmed. Words with spaces may be something else."""
    typed = _typed(turn)
    if not typed:
        return None
    customer = turn.customer()
    fault = fault_of_password(typed, (customer.document.number, *customer.phones))
    hidden: list[Effect] = [HideWords(turn.inbound[-1].id)] if fault != "spaces" else []
    if fault == "spaces" and turn.understanding().band == "act":
        return None
    if fault:
        return [*hidden, *_ask(turn, PASSWORD, fault)]
    locked = str(turn.fact(f"locked:{typed}"))
    return [*hidden, *_confirm(turn, "wifi.confirm_password", locked=locked)]


def _name(turn: Turn) -> list[Effect] | None:
    typed = _typed(turn)
    if not typed:
        return None
    if fault := fault_of_name(typed):
        return _ask(turn, NAME, fault)
    return _confirm(turn, "wifi.confirm_name", name=typed)


def _typed(turn: Turn) -> str:
    """The newest message, as it was typed."""
    return next((message.text.strip() for message in reversed(turn.inbound) if message.text.strip()), "")


def _confirm(turn: Turn, sentence: str, **data: str) -> list[Effect]:
    street = turn.contract().street
    networks = ", ".join(turn.fact(f"wifi_names:{turn.contract().ref}"))
    where = turn.texts("wifi.network", networks=networks) if networks else turn.texts("wifi.home", street=street)
    text = turn.texts(sentence, where=where, new=data.get("name", ""))
    options = Option(YES, turn.texts("button.wifi_change")), Option(NO, turn.texts("button.not_now"))
    return [Say(text, options), _expecting(turn, "confirm_wifi", **data)]


def _confirmed(turn: Turn) -> list[Effect] | None:
    said = turn.reply_id == YES if turn.reply_id in {YES, NO} else turn.replies.accepts(turn.answer)
    if said is None:
        return None
    contract = turn.contract()
    data = turn.dialogue.data
    intents = tuple(dict.fromkeys((*turn.dialogue.intents, "wifi_password")))
    what = "name" if data.get("name") else "password"
    kept = {"wifi": what} if said else {}
    dialogue = replace(turn.dialogue, expect="", intent="", misses=0, intents=intents, data=kept)
    if not said:
        return [Say(turn.texts("wifi.declined")), Remember(dialogue)]
    cause = f"turn:{turn.inbound[-1].id}"
    arguments = {"ssid": str(data["name"])} if what == "name" else {}
    job = AskNetwork(SET_WIFI, contract.ref, "customer_asked", cause, arguments, str(data.get("locked", "")))
    return [job, Remember(dialogue)]


def tell_wifi(turn: Turn, job: JobResult) -> list[Effect]:
    """How the change ended: done only where the router took it; asleep and queued are told as that."""
    what = "name" if turn.dialogue.data.get("wifi") == "name" else "password"
    done = replace(turn.dialogue, expect="", misses=0, data={})
    if job.state in DONE:
        return [Say(turn.texts(f"wifi.done_{what}", name=turn.first_name())), Remember(done)]
    if job.state == "refused" and job.outcome == "device_offline":
        return [Say(turn.texts("wifi.offline")), Remember(done)]
    if job.state == "pending":
        learnt = people.learnt(turn, turn.texts("learnt.wifi_pending"))
        return [Say(turn.texts("wifi.pending")), Remember(replace(done, learnt=learnt))]
    return people.hand_off(turn, "N1", "wifi_failed", "handoff.wifi_failed")


REPLIES = {
    "wifi_which": _which,
    "wifi_password": _password,
    "wifi_name": _name,
    "confirm_wifi": _confirmed,
}
