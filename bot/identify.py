"""Who writes: known by the phone, or by a document and a proof. A typed document by itself reveals nothing."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import replace

from billing.records import Contract, Customer
from bot import people
from bot.dialogue import none_waiting
from bot.effects import BindIdentity, Effect, Option, RecordAttempt, Remember, Say, SendCode
from bot.turn import Turn
from core.document import Document, find_documents, parse_document
from core.money import parse_brl
from nlu.folding import fold

Dispatch = Callable[[Turn, str], list[Effect]]

MOST_FAILURES = 3
# More than this in one answer is guessing, not knowing. One wrong number may stand beside (a flat, a postcode), but no
# wrong amount: there are only a handful of prices, and everybody knows them.
MOST_FACTS = 4
MOST_WRONG = 1
_AMOUNT = re.compile(r"\d+(?:\.\d{3})*[.,]\d{2}(?!\d)")
_LOGIN_SHAPE = re.compile(r"\b[a-z]\w*[._@-][a-z][^\s,;]*")


def bind(turn: Turn) -> list[Effect]:
    """Notes on the contact who it is, when that is known and was not noted the same way before."""
    identified = turn.facts.get("identified")
    if identified is None or getattr(identified, "customer", None) is None:
        return []
    return [BindIdentity(identified.customer.ref, identified.how)]


def ask(turn: Turn, intent: str, dispatch: Dispatch) -> list[Effect]:
    """Asks for what the wish needs: for the phone where the channel hides it and has a button for it, once, else for a
    document, unless it stands in the same message or was given just before."""
    typed = typed_document(turn.text)
    if typed is None and turn.dialogue.expect == "two_facts":
        typed = parse_document(turn.dialogue.document)
    if typed:
        return _got_document(replace(turn, dialogue=replace(turn.dialogue, intent=intent)), typed, dispatch)
    turn = replace(turn, dialogue=replace(turn.dialogue, intent=intent))
    if turn.phone_hidden and "contact" in turn.can_ask and "phone" not in turn.dialogue.told:
        told = (*turn.dialogue.told, "phone")
        dialogue = replace(turn.dialogue, expect="phone", misses=0, data={}, told=told)
        return [Say(turn.texts("identify.ask_phone"), ask="contact"), Remember(dialogue)]
    return ask_document(turn)


def ask_document(turn: Turn, text: str = "identify.ask_document") -> list[Effect]:
    """Asks for the document, with the sentence `text`."""
    return [Say(turn.texts(text)), Remember(replace(turn.dialogue, expect="document", misses=0, data={}))]


def answer_phone(turn: Turn, dispatch: Dispatch) -> list[Effect] | None:
    """The answer to the question for the phone: if it was shared, intake has made it the contact's by now. A document
    will do, too. None when the words are about something else."""
    typed = typed_document(turn.text)
    if typed:
        return _got_document(turn, typed, dispatch)
    if turn.phone_hidden:
        return None if turn.text else ask_document(turn)
    identified = turn.identified()
    if identified.customer:
        return _proved(turn, identified.customer, identified.how, dispatch)
    return ask_document(turn) if identified.candidates else ask_document(turn, "identify.phone_unknown")


def answer_document(turn: Turn, dispatch: Dispatch) -> list[Effect] | None:
    """The answer to the question for a document; None when there is no document in it."""
    typed = typed_document(turn.text)
    return _got_document(turn, typed, dispatch) if typed else None


def other_document(turn: Turn) -> list[Effect] | Turn | None:
    """What a document of somebody else leads to once it is known who writes; None when there is none.

    Whether anybody has that document plays no part, so the answer cannot tell. Only who shares the registered phone
    may be meant instead: then the turn is given as that person's.
    """
    documents = {found for found, _, _ in find_documents(turn.text)}
    if not documents:
        return None
    identified = turn.identified()
    if identified.customer is None or documents == {identified.customer.document}:
        return None
    sharing = [customer for customer in identified.candidates if {customer.document} == documents]
    if sharing and identified.how == "phone":
        now = replace(identified, customer=sharing[0])
        fresh = replace(none_waiting(turn.dialogue), contract="")
        return replace(turn, facts={**turn.facts, "identified": now}, dialogue=fresh)
    return [Say(turn.texts("identify.other_document"), (Option("intent:talk_to_human", turn.texts("button.person")),))]


def ask_again(turn: Turn) -> list[Effect]:
    """No valid document came: once more with an example, then a person."""
    if turn.dialogue.misses:
        return people.hand_off(turn, "N1", "not_identified", "handoff.not_identified")
    return [
        Say(turn.texts("identify.ask_document_again")),
        Remember(replace(turn.dialogue, misses=turn.dialogue.misses + 1)),
    ]


def _got_document(turn: Turn, document: Document, dispatch: Dispatch) -> list[Effect]:
    candidates = turn.identified().candidates
    sharing = [customer for customer in candidates if customer.document == document]
    if sharing:
        # The number is registered for several people: the document only says which of them writes.
        return _proved(turn, sharing[0], "phone", dispatch)
    dialogue = replace(turn.dialogue, expect=turn.proof, document=document.number, misses=0, data={})
    if turn.proof == "one_time_code":
        code: str = turn.fact("code")
        kept = replace(dialogue, data={"code": turn.fact(f"code_digest:{code}"), "sent_at": turn.now.isoformat()})
        say = Say(turn.texts("identify.ask_code"))
        return [say, SendCode(document.number, code), Remember(kept)]
    return [Say(turn.texts("identify.ask_facts")), Remember(dialogue)]


def answer_facts(turn: Turn, dispatch: Dispatch) -> list[Effect]:
    """Checks two facts of the registration. Wrong facts and an unknown document get the same words."""
    document = parse_document(turn.dialogue.document)
    customer = _customer_of(turn, document)
    given = numbers_in(turn.text)
    contracts: tuple[Contract, ...] = turn.fact(f"contracts:{customer.ref}") if customer else ()
    right = 0 < len(given) <= MOST_FACTS and any(_facts_right(turn, contract) for contract in contracts)
    if customer and right and not turn.fact(f"attempts:{turn.dialogue.document}"):
        return [RecordAttempt(turn.dialogue.document, True), *_proved(turn, customer, "two_facts", dispatch)]
    return _not_proved(turn, "identify.facts_wrong")


def answer_code(turn: Turn, dispatch: Dispatch) -> list[Effect]:
    """Checks the one-time code that went to the registered contact."""
    code = "".join(re.findall(r"\d", turn.text))[:6]
    stored = str(turn.dialogue.data.get("code", ""))
    fresh = turn.fact("code_fresh")
    customer = _customer_of(turn, parse_document(turn.dialogue.document))
    right = len(code) == 6 and hmac.compare_digest(turn.fact(f"code_digest:{code}"), stored)
    if customer and right and fresh and not turn.fact(f"attempts:{turn.dialogue.document}"):
        return [RecordAttempt(turn.dialogue.document, True), *_proved(turn, customer, "code", dispatch)]
    return _not_proved(turn, "identify.code_wrong")


def _customer_of(turn: Turn, document: Document | None) -> Customer | None:
    return turn.fact(f"document:{document.number}") if document else None


def _not_proved(turn: Turn, text: str) -> list[Effect]:
    failures = turn.dialogue.proof_failures + 1
    attempt = RecordAttempt(turn.dialogue.document, False)
    turn = replace(turn, dialogue=replace(turn.dialogue, proof_failures=failures))
    if failures >= MOST_FAILURES:
        return [attempt, *people.hand_off(turn, "N1", "not_identified", "handoff.not_identified")]
    return [attempt, Say(turn.texts(text)), Remember(turn.dialogue)]


def _proved(turn: Turn, customer: Customer, how: str, dispatch: Dispatch) -> list[Effect]:
    identified = replace(turn.identified(), customer=customer, how=how)
    dialogue = replace(turn.dialogue, expect="", document="", proof_failures=0, misses=0, data={})
    known = replace(turn, facts={**turn.facts, "identified": identified}, dialogue=dialogue)
    return [BindIdentity(customer.ref, how), *dispatch(known, turn.dialogue.intent or "greet")]


def typed_document(text: str) -> Document | None:
    """The first valid CPF or CNPJ in a text."""
    found = find_documents(text)
    return found[0][0] if found else None


def numbers_in(text: str) -> tuple[str, ...]:
    """The groups of digits in a text, without leading zeros; amounts as cents stay apart from them."""
    return tuple(group.lstrip("0") or "0" for group in re.findall(r"\d+", re.sub(r"(?<=\d)[.,](?=\d)", "", text)))


def _facts_right(turn: Turn, contract: Contract) -> bool:
    """Two different facts of one contract: its number, the house number, the monthly fee, the PPPoE login; and hardly
    anything beside them that was only tried. One number never counts for two facts."""
    house = re.search(r"\d+", contract.address.partition(",")[2]) or re.search(r"\d+", contract.address)
    amounts = _AMOUNT.findall(turn.text)
    wrong = [amount for amount in amounts if parse_brl(amount) != contract.monthly_fee_cents]
    login = str(contract.pppoe_login or "").casefold()
    words = [word.strip(".") for word in _LOGIN_SHAPE.findall(fold(turn.text))]
    tried = [word for word in words if word != login]
    numbers = set(numbers_in(_AMOUNT.sub(" ", turn.text.casefold().replace(login, " ") if login else turn.text)))
    facts = {contract.number.lstrip("0"), house[0].lstrip("0") if house else ""} - {""}
    known = facts & numbers
    left = numbers - known
    fee = len(amounts) > len(wrong) or any(parse_brl(n) == contract.monthly_fee_cents for n in left)
    has_login = bool(login) and login in fold(turn.text)
    strays = [n for n in left if parse_brl(n) != contract.monthly_fee_cents]
    if wrong or len(tried) > MOST_WRONG or len(strays) > MOST_WRONG:
        return False
    # House number and fee are no secrets of the customer's: the one hangs on the wall, the other in the shop.
    own = contract.number.lstrip("0") in known or has_login
    return own and len(known) + fee + has_login >= 2
