"""Turns for tests: say only what matters, the rest is Bruno of the demo provider, known by his phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from billing.negotiation import Negotiating, NegotiationPolicy
from billing.records import Contract, Customer, Invoice, SecondCopy
from billing.trust_unlock import Policy
from bot.decide import decide
from bot.dialogue import Dialogue
from bot.effects import BindIdentity, Effect, HandOff, Remember, Say
from bot.needs import Missing
from bot.texts import Texts
from bot.turn import Identified, Inbound, JobResult, Turn
from core.document import Document
from handoff.knowledge.subjects import QUOTED
from nlu.fake import FakeParser
from nlu.folding import fold
from nlu.understand import understand
from nlu.understanding import Band, Request, Understanding
from tests.unit.billing.build import a_contract, a_customer, a_provider, an_invoice

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PROTOCOL = "202611220000017"
CODE = "424242"
PIX = "00020126360014br.gov.bcb.pix0114+55129811100025204000053039865406119.905802BR5913Conecta  Vale6304ABCD"
LINE = "00190000090000000100200000000001234567890000011990"
OTHER_CPF = "390.533.447-05"
BRUNO_CPF = "111.444.777-35"

INTENTS = {
    "oi": "greet",
    "bom dia": "greet",
    "obrigado": "thanks",
    "valeu": "thanks",
    "tchau": "goodbye",
    "sim": "affirm",
    "não": "deny",
    "segunda via": "invoice_second_copy",
    "boleto": "invoice_second_copy",
    "libera meu sinal": "signal_release",
    "sem internet": "outage_no_connection",
    "internet lenta": "slow_internet",
    "quero contratar": "new_plan_sales",
    "quanto custa a lua": "out_of_scope",
    "você é um robô?": "bot_challenge",
    "menu": "help_menu",
    "quero cancelar": "cancel_service",
    "tem previsão?": "technician_status",
    "Segunda via do boleto": "invoice_second_copy",
}

SURENESS: dict[str, tuple[float, Band]] = {"?": (0.5, "confirm"), "-": (0.2, "menu")}

E = TypeVar("E", bound=Effect)


@cache
def texts() -> Texts:
    return Texts.load()


ANA = a_customer(ref="ana", name="Ana Souza", document=Document("cpf", "52998224725"))
BRUNO = a_customer()
HOUSE = a_contract(ref="c-1", number="1006", customer_ref="bruno", status="active", address="Rua Nova, 6, Oeste")
SITE = a_contract(
    ref="c-2", number="1007", customer_ref="bruno", status="active", address="Sítio Boa Vista, km 7, Oeste"
)


def a_copy(invoice: Invoice, **changes: Any) -> SecondCopy:
    values: dict[str, Any] = {
        "invoice": invoice,
        "pdf": b"%PDF-1.4 fatura",
        "filename": f"fatura-{invoice.number}.pdf",
        "line": LINE,
        "pix": PIX,
    }
    return SecondCopy(**(values | changes))


class Reader(FakeParser):
    """Knows INTENTS, and texts that ask for several things: "invoice_second_copy ?plan_change -relocation".

    The first is the likeliest. A mark says how sure it is: none to act on, ? to be asked back, - for a menu.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__(INTENTS)
        self._table = {fold(text): wishes.split() for text, wishes in table.items()}

    def parse(self, text: str) -> Understanding:
        wishes = self._table.get(fold(text))
        if self.down or wishes is None:
            return super().parse(text)
        step = len(text) // len(wishes)
        requests = tuple(
            Request(wish.lstrip("?-"), *SURENESS.get(wish[0], (0.9, "act")), place * step, (place + 1) * step)
            for place, wish in enumerate(wishes)
        )
        ranking = tuple((one.intent, one.confidence) for one in requests)
        first = requests[0]
        return Understanding(first.intent, first.confidence, ranking, (), "model", first.band, requests)


def known_as(
    customer: Customer | None = BRUNO,
    contracts: Iterable[Contract] = (a_contract(),),
    invoices: Iterable[Invoice] = (an_invoice(),),
    **more: Any,
) -> dict[str, Any]:
    """The facts of a customer whose phone is registered; `more` adds or replaces facts ("promises:c-1002")."""
    facts: dict[str, Any] = {"identified": Identified(customer, "phone" if customer else ""), "wifi_changes": False}
    facts["negotiating"] = Negotiating(NegotiationPolicy(), enters=True)
    every = tuple(contracts)
    if customer:
        facts[f"contracts:{customer.ref}"] = every
    for contract in every:
        mine = tuple(invoice for invoice in invoices if invoice.contract_ref == contract.ref)
        facts |= {f"invoices:{contract.ref}": mine, f"promises:{contract.ref}": (), f"incident:{contract.ref}": None}
        facts[f"agreement:{contract.ref}"] = False
        facts |= {f"copy:{invoice.ref}": a_copy(invoice) for invoice in mine}
        facts |= {f"sent:{invoice.ref}": None for invoice in mine}
        facts |= {f"paid:{contract.ref}": (), f"agreement:{contract.ref}": None}
    return facts | more


def stranger(**more: Any) -> dict[str, Any]:
    """The facts of a number that nobody has registered. Ana's document is known, any other is not."""
    facts: dict[str, Any] = {"identified": Identified(None), "wifi_changes": False}
    theirs = known_as(ANA, (a_contract(customer_ref="ana", status="active"),))
    facts |= {name: fact for name, fact in theirs.items() if name != "identified"}
    facts |= {f"document:{ANA.document.number}": ANA, f"attempts:{ANA.document.number}": False}
    facts |= {"document:39053344705": None, "attempts:39053344705": False}
    facts |= {"code": CODE, f"code_digest:{CODE}": f"digest {CODE}", "code_fresh": True}
    return facts | more


def a_turn(
    *texts_said: str,
    dialogue: Dialogue | None = None,
    facts: Mapping[str, Any] | None = None,
    tap: str = "",
    jobs: Iterable[JobResult] = (),
    media: str = "",
    nlu: FakeParser | None = None,
    **changes: Any,
) -> Turn:
    """A turn over waiting messages. The understanding is that of `nlu`, which knows INTENTS."""
    said = [Inbound(number, "text", text) for number, text in enumerate(texts_said, 1)]
    if tap:
        said = [Inbound(len(said) + 1, "button", "".join(texts_said), tap)]
    if media:
        said.append(Inbound(len(said) + 1, media, ""))
    known = dict(known_as() if facts is None else facts)
    parser = nlu or FakeParser(INTENTS)
    # Nobody wrote an article, unless the test says so.
    known = {f"article:{intent}": None for intent in QUOTED} | known
    whole = "\n".join(texts_said)
    spoken: Texts = changes.get("texts") or texts()
    known.setdefault("understanding", understand(whole, parser, spoken.language))
    values: dict[str, Any] = {
        "protocol": PROTOCOL,
        "dialogue": dialogue or Dialogue(),
        "inbound": tuple(said),
        "jobs": tuple(jobs),
        "now": NOW,
        "provider": a_provider(),
        "policy": Policy(),
        "texts": texts(),
        "proof": "two_facts",
        "facts": {},
    }
    turn = Turn(**(values | changes))
    return replace(turn, facts=_Given(known))


class _Given(dict[str, Any]):
    """Facts that are there when asked for, and a loud failure for one that the test did not give."""

    def __missing__(self, key: str) -> Any:
        raise AssertionError(f"the decision asks for {key!r}, which this test does not give")


def decided(turn: Turn) -> tuple[Effect, ...]:
    """What is decided when each fact is fetched only once it is asked for, as in a real turn."""
    given, fetched = turn.facts, dict[str, Any]()
    for _ in range(40):
        try:
            return decide(replace(turn, facts=fetched))
        except Missing as missing:
            if missing.key.startswith("code_digest:"):
                fetched[missing.key] = f"digest {missing.key.partition(':')[2]}"
            else:
                fetched[missing.key] = given[missing.key]
    raise AssertionError(f"asks without end: {sorted(fetched)}")


def only(effects: Iterable[Effect], kind: type[E]) -> E:
    """The one effect of a kind."""
    found = [effect for effect in effects if isinstance(effect, kind)]
    assert len(found) == 1, f"{kind.__name__} {len(found)} times in {effects}"
    return found[0]


def has(effects: Iterable[Effect], *kinds: type[Effect]) -> bool:
    """Whether there is an effect of any of these kinds."""
    return any(isinstance(effect, kinds) for effect in effects)


def said(effects: Iterable[Effect]) -> str:
    """The words of the one bubble."""
    return only(effects, Say).text


def memory(effects: Iterable[Effect]) -> Dialogue:
    """What is remembered after the effects."""
    return only(effects, Remember).dialogue


def handed_to(effects: Iterable[Effect]) -> tuple[str, str]:
    """Queue and reason of the hand-over."""
    found = only(effects, HandOff)
    return found.queue, found.reason


def a_job(**changes: Any) -> JobResult:
    values: dict[str, Any] = {
        "id": 7,
        "action": "diagnose",
        "contract_ref": "c-1002",
        "state": "verified",
        "outcome": "measured",
        "facts": {"line": {"onu_state": "online", "rx_dbm": -20.1, "read_at": NOW.isoformat()}},
        "age_seconds": 3.0,
    }
    return JobResult(**(values | changes))


def measured(state: str, rx_dbm: float | None = None, *, access: Mapping[str, Any] | None = None) -> JobResult:
    """A finished measurement of the line, and of the access side where it is given."""
    facts: dict[str, Any] = {"line": {"onu_state": state, "rx_dbm": rx_dbm, "read_at": NOW.isoformat()}}
    if access is not None:
        facts["access"] = {"read_at": NOW.isoformat(), **access}
    return a_job(facts=facts)


def days_from_today(days: int) -> date:
    return date.fromordinal(date(2026, 11, 22).toordinal() + days)


class Chat:
    """A conversation over several turns: what the bot remembers is carried on, facts may be changed in between."""

    def __init__(self, facts: Mapping[str, Any] | None = None, dialogue: Dialogue | None = None, **fixed: Any) -> None:
        self.facts: dict[str, Any] = dict(known_as() if facts is None else facts)
        self.dialogue = dialogue or Dialogue()
        self._fixed = fixed

    def say(self, *said: str, **more: Any) -> tuple[Effect, ...]:
        turn = a_turn(*said, dialogue=self.dialogue, facts=self.facts, **(self._fixed | more))
        effects = decided(turn)
        for effect in effects:
            if isinstance(effect, Remember):
                # Through JSON, as between two real turns.
                self.dialogue = Dialogue.load(effect.dialogue.dump())
            if isinstance(effect, BindIdentity):
                customer = {"ana": ANA, "bruno": BRUNO}[effect.customer_ref]
                self.facts["identified"] = replace(self.facts["identified"], customer=customer, how=effect.proved_by)
        return effects
