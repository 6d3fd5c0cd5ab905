"""Which of several contracts: picked by street, by tap, number or name."""

from __future__ import annotations

from dataclasses import replace

from billing.records import Contract
from bot import identify
from bot.dialogue import contract_of
from bot.effects import Effect, Option, Remember, Say
from bot.needs import SourceDown
from bot.turn import Turn

TITLE_LIMIT = 20
ROW_LIMIT = 24
MOST_ROWS = 10


def ask(turn: Turn, intent: str, contracts: tuple[Contract, ...]) -> list[Effect]:
    """Asks which contract the wish is about. A contract is named by its street: other data would say too much."""
    limit = TITLE_LIMIT if len(contracts) <= 3 else ROW_LIMIT
    options = tuple(
        Option(f"contract:{contract.ref}", _title(contract, contracts, limit), contract.plan[:72])
        for contract in contracts[:MOST_ROWS]
    )
    say = Say(turn.texts("choose.ask", name=turn.first_name()), options, turn.texts("choose.button"))
    offered = [[f"contract:{c.ref}", f"{c.short_address} {c.number}"] for c in contracts]
    dialogue = replace(turn.dialogue, expect="contract", intent=intent, misses=0, data={"options": offered})
    return [*identify.bind(turn), say, Remember(dialogue)]


def picked(turn: Turn) -> Turn | None:
    """The turn with the contract that the customer picked, or None when the words do not tell which."""
    name = turn.replies.chosen(turn.answer, turn.reply_id, turn.dialogue.data.get("options", ()))
    if name is None:
        return None
    return replace(turn, dialogue=replace(turn.dialogue, contract=name.removeprefix("contract:"), expect="", data={}))


def all_of_them(turn: Turn) -> Turn | None:
    """The turn with the first contract, the wish waiting for each of the others, when the customer wants all of them;
    else None. What waited behind the question is then meant for all of them, too."""
    refs = [str(option[0]).removeprefix("contract:") for option in turn.dialogue.data.get("options", ())]
    if len(refs) < 2 or not turn.replies.wants_all(turn.answer):
        return None
    dialogue = turn.dialogue
    same = [f"{dialogue.intent}@{ref}" for ref in refs[1:]]
    behind = [
        wish if contract_of(wish) or wish in dialogue.unsure else f"{wish}@{ref}"
        for wish in dialogue.pending
        for ref in refs
    ]
    pending = tuple(dict.fromkeys((*same, *behind)))
    dialogue = replace(dialogue, contract=refs[0], expect="", pending=pending, data={})
    return replace(turn, dialogue=dialogue)


def elsewhere(turn: Turn) -> Turn:
    """The turn with the contract whose address the customer names, or without the one that was picked before when
    they speak of another address; else as it is."""
    named = _named(turn)
    if named:
        return replace(turn, dialogue=replace(turn.dialogue, contract=named))
    if not turn.dialogue.contract or not turn.replies.another_place(turn.text):
        return turn
    return replace(turn, dialogue=replace(turn.dialogue, contract=""))


def _named(turn: Turn) -> str:
    """The ref of the one contract whose street, or kind of place ("no sítio"), stands in the text; else nothing."""
    if not turn.replies.may_name_place(turn.text):
        return ""
    try:
        contracts = turn.contracts() if turn.identified().customer else ()
    except SourceDown:
        return ""
    found = [contract.ref for contract in contracts if turn.replies.names_street(turn.text, contract.street)]
    return found[0] if len(found) == 1 else ""


def _title(contract: Contract, contracts: tuple[Contract, ...], limit: int) -> str:
    """A title that is unique among the others, within the channel's limit."""
    streets = [other.street for other in contracts]
    title = contract.street if streets.count(contract.street) == 1 else contract.short_address
    titles = [(o.street if streets.count(o.street) == 1 else o.short_address)[:limit] for o in contracts]
    if titles.count(title[:limit]) > 1:
        tail = f" {contract.number}"
        return title[: limit - len(tail)] + tail
    return title if len(title) <= limit else title[: limit - 1] + "…"
