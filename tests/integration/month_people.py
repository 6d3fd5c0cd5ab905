"""Customers who pay, forget, pay twice, take back, contest, promise, agree, and break their word, by a seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import holds
from billing.agreements import negotiation_policy_of
from billing.negotiation import offers
from billing.provider_row import load_policy, provider_row
from billing.trust_unlock import Denied, Eligible, assess
from billing.unlock_ledger import promises
from bot.apply_money import accept, unlock
from bot.effects import AskNetwork
from bot.money_effects import AcceptOffer, UnlockOnTrust
from models import utc_now
from models.conversation import Conversation
from models.negotiation import Negotiation
from provisioning.request import ask, target_of
from tests.integration.month_books import Bill, Deal
from tests.integration.month_office import Office
from tests.integration.month_works import Works

WAYS = {"punctual": 60, "late": 16, "partial": 5, "twice": 4, "more": 2, "less": 2, "reverser": 4, "disputer": 7}
DEBTS = (
    "pays_noticed",
    "never",
    "pays_blocked",
    "unlock_kept",
    "unlock_broken",
    "agrees_kept",
    "agrees_broken",
    "agrees_first",
    "disputes_blocked",
)
# After how many days they do what they said, or what they had not.
WAITS = {"unlock_kept": 2, "unlock_broken": 7, "agrees_kept": 2, "agrees_first": 2}
Act = Callable[[], None]


class People:
    """What each of them does on each day. All that they cause is written into the books as well."""

    def __init__(
        self,
        works: Works,
        office: Office,
        numbers: range,
        debtors: frozenset[int],
        chance: Random,
        debts: Sequence[str],
    ) -> None:
        self._works, self._office, self._books, self._chance = works, office, office.books, chance
        ways = chance.choices(list(WAYS), list(WAYS.values()), k=len(numbers))
        owing = {number: debts[count % len(debts)] for count, number in enumerate(sorted(debtors))}
        self._way = dict(zip(numbers, ways, strict=True)) | owing
        self._agenda: dict[tuple[date, int], list[Act]] = defaultdict(list)
        self._step: dict[int, int] = defaultdict(int)
        self._days: dict[int, date] = {}
        self.network_away = False
        self.done: dict[str, int] = defaultdict(int)

    def receive(self, bill: Bill, today: date) -> None:
        """Somebody got a bill: what will become of it, unless they are one of those who let August lie."""
        chance, pay = self._chance, partial(self._pay, bill)
        plans: dict[str, list[tuple[int, Act]]] = {
            "punctual": [(-chance.choice((0, 1, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5)), pay)],
            "late": [(chance.randint(1, 19), pay)],
            "partial": [(chance.randint(-2, 4), partial(self._pay, bill, share=2)), (chance.randint(5, 9), pay)],
            "twice": [(-1, pay), (0, partial(self._pay, bill, again=True))],
            "more": [(-1, partial(self._pay, bill, more=5))],
            "less": [(-1, partial(self._pay, bill, more=-5))],
            "reverser": [
                (-3, partial(self._office.copy, bill)),
                (-2, pay),
                (chance.randint(0, 3), partial(self._take_back, bill)),
            ],
            "disputer": [(chance.randint(0, 17), partial(self._contest, bill))],
        }
        plan = plans.get(self._way[bill.number], [])
        if plan and chance.random() < 0.6:
            last = plan[-1][0]
            plan += [(last + chance.randint(3, 9), partial(self._answer, bill)), (last + chance.randint(10, 15), pay)]
        for days, act in plan:
            self._on(bill.due + timedelta(days=days), act, today)

    def live(self, today: date, slot: int) -> None:
        """Everything that is on the agenda of this part of the day (0: morning, 1: afternoon, 2: night)."""
        for act in self._agenda.pop((today, slot), ()):
            act()
        if slot == 0:
            for number, way in self._way.items():
                if way in DEBTS:
                    self._debtor(number, way, today)

    def _on(self, day: date, act: Act, today: date) -> None:
        slot = self._chance.randint(0, 2)
        self._agenda[(day, slot) if day > today else (today + timedelta(days=1), slot)].append(act)

    def _debtor(self, number: int, way: str, today: date) -> None:
        held, step = number in self._books.held, self._step[number]
        owed = self._books.owes(number, today)
        if way == "pays_noticed" and owed and self._chance.random() < 0.12:
            self._pay_all(number, owed)
        elif way == "disputes_blocked" and step == 1 and today >= self._since(number, 6):
            for bill in [bill for bill in self._books.mine[number] if bill.hold == "disputed"]:
                self._answer(bill)
            self._next(number)
        elif held and step == 0 and today.day % 2 == number % 2:
            self._blocked(number, way, owed, today)
        elif step == 1 and way in WAITS and today >= self._since(number, WAITS[way]):
            self._go_on(number, way, owed)
            self._next(number)

    def _go_on(self, number: int, way: str, owed: list[Bill]) -> None:
        """Whoever promised pays, or does not."""
        if way.startswith("agrees"):
            deal = next(deal for deal in self._books.deals if deal.number == number)
            self._pay(deal.parts[0])
        elif way == "unlock_kept" or number % 2:
            self._pay_all(number, owed)

    def _blocked(self, number: int, way: str, owed: list[Bill], today: date) -> None:
        """What somebody does once the signal is gone."""
        match way:
            case "pays_blocked":
                self._pay_all(number, owed)
            case "unlock_kept" | "unlock_broken":
                if today >= date(2026, 9, 28):
                    # Its end would lie behind the end of the story.
                    return
                self._ask_twice(number, today)
                if self.network_away:
                    # It could not be done, and does not count: they ask again another day.
                    return
            case "agrees_kept" | "agrees_broken" | "agrees_first":
                self._agree(number, 1 if way == "agrees_kept" else 2, today)
            case "disputes_blocked":
                for bill in owed:
                    self._contest(bill)
        self._next(number)

    def _next(self, number: int) -> None:
        self._step[number] += 1
        self._days[number] = utc_now().date()

    def _since(self, number: int, days: int) -> date:
        return self._days[number] + timedelta(days=days)

    def _pay_all(self, number: int, owed: list[Bill]) -> None:
        for bill in owed:
            self._pay(bill)

    def _pay(self, bill: Bill, *, share: int = 1, more: int = 0, again: bool = False) -> None:
        """Pays what is owed (or a part, or a little more or less); `again` pays what is paid already."""
        if bill.cancelled or not (bill.owed or again):
            return
        cents = (bill.total if again else bill.owed) // share + more
        self._office.pay(bill, cents, self._chance.random() < 0.05)
        self.done["payments"] += 1

    def _take_back(self, bill: Bill) -> None:
        self.done["reversed"] += self._office.take_back(bill)

    def _contest(self, bill: Bill) -> None:
        if not bill.owed or bill.hold:
            return
        with self._works.db.transaction() as session:
            assert holds.hold(session, bill.ref, "disputed", "joana")
        bill.hold = "disputed"
        self.done["contested"] += 1

    def _answer(self, bill: Bill) -> None:
        if bill.hold != "disputed":
            return
        with self._works.db.transaction() as session:
            assert holds.release(session, bill.ref, "disputed", "joana")
        bill.hold, bill.since = "", utc_now()

    def _ask_twice(self, number: int, today: date) -> None:
        """Two requests in two seconds, decided on the same facts: one promise."""
        verdict = self._verdict(number, today)
        assert not isinstance(verdict, Denied), verdict
        for _ in range(2):
            effect = UnlockOnTrust(
                self._office.contract(number), verdict.until, verdict.amount_cents, "Libero agora?", "sim"
            )
            with self._works.db.transaction() as session:
                waits = self._office.gives_unlocks
                ask_it = partial(_ask, session, waits)
                unlock(session, effect, _conversation(session, number), waits, ask_it)
            self._works.move(utc_now() + timedelta(seconds=2))
        ended = "kept" if self._way[number] == "unlock_kept" else "broken"
        self._books.unlocks[number].append("failed" if self.network_away else ended)
        self.done["unlocks"] += 1

    def _verdict(self, number: int, today: date) -> Eligible | Denied:
        db, erp = self._works.db, self._works.erp
        contract = next(one for one in erp.contracts(self._office.customer(number)))
        return assess(
            contract, erp.open_invoices(contract.ref), promises(db, contract.ref), load_policy(db), utc_now(), today
        )

    def _agree(self, number: int, count: int, today: date) -> None:
        """Accepts the offer of so many instalments; the books divide the debt themselves."""
        db, erp, ref = self._works.db, self._works.erp, self._office.contract(number)
        old = self._books.owes(number, today)
        with db.reading() as session:
            policy = negotiation_policy_of(provider_row(session).policies)
        offer = next(one for one in offers(erp.open_invoices(ref), policy, today) if one.count == count)
        with db.transaction() as session:
            effect = AcceptOffer(ref, offer, "Fechamos assim?", "sim", at_once=True)
            accept(session, effect, _conversation(session, number))
        with db.reading() as session:
            deal_id = session.scalars(
                select(Negotiation.id).where(Negotiation.contract_ref == ref).order_by(Negotiation.id.desc())
            ).first()
        debt = sum(bill.owed for bill in old)
        first = today + timedelta(days=3)
        second = date(first.year, first.month + 1, first.day)
        amounts = [debt] if count == 1 else [debt - debt // 2, debt // 2]
        parts = [
            self._books.add(Bill(f"ACORDO-{deal_id}-{place}", number, cents, due, utc_now()))
            for place, (cents, due) in enumerate(zip(amounts, (first, second)[:count], strict=True), 1)
        ]
        for bill in old:
            bill.hold = "negotiation"
        self._books.deals.append(Deal(number, old, parts))
        self.done["agreements"] += 1


def _conversation(session: Session, number: int) -> int:
    """The one that the notice was sent in."""
    return session.scalars(select(Conversation.id).where(Conversation.contact_id == number)).one()


def _ask(session: Session, waits: bool, wanted: AskNetwork, unlock_id: int) -> None:
    ask(
        session,
        wanted.action,
        target=target_of(session, wanted.contract_ref),
        reason=wanted.reason,
        asked_by="bot",
        cause=wanted.cause,
        trust_unlock_id=unlock_id,
        waits=waits,
    )
