"""The month's own books: plain arithmetic on what the test caused and saw in RADIUS, nothing of the product's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.integration.month_world import due_day_of, fee_of

ISSUED_BEFORE, LEAST_NOTICE, BROKEN_AFTER = 10, 5, 5


@dataclass
class Bill:
    """An invoice as it has to be. `hold` is "", disputed or negotiation. `since` is from when on it has been asked for
    without a break."""

    ref: str
    number: int
    total: int
    due: date
    since: datetime
    paid: int = 0
    hold: str = ""
    cancelled: bool = False

    @property
    def owed(self) -> int:
        """In cents; nothing where it is over."""
        return 0 if self.cancelled else max(0, self.total - self.paid)

    @property
    def row(self) -> tuple[str, int, int, str, date]:
        """Status, amount, what came in, hold and due date, as the ledger has to show them."""
        status = "cancelled" if self.cancelled else "open" if self.owed else "paid"
        return status, self.owed if status == "open" else self.total, self.paid, self.hold, self.due


@dataclass
class Money:
    """A payment as it came in; `state` as it has to end."""

    name: str
    ref: str
    cents: int
    state: str


@dataclass
class Deal:
    """An agreement: its old bills and its instalments."""

    number: int
    old: list[Bill]
    parts: list[Bill]
    state: str = "active"

    @property
    def waits(self) -> bool:
        """Whether the signal waits for the first instalment."""
        return self.state == "active" and bool(self.parts[0].owed)


@dataclass
class Books:
    """Everybody's. `name` gives a bill's ref by number and month; `prorated` where days without signal cost nothing and
    nobody is asked sooner than some days after the bill was made: our own tables."""

    name: Callable[[int, int], str]
    prorated: bool
    bills: dict[str, Bill] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)
    deals: list[Deal] = field(default_factory=list)
    unlocks: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    off: dict[int, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))
    held: set[int] = field(default_factory=set)
    mine: dict[int, list[Bill]] = field(default_factory=lambda: defaultdict(list))
    cleared: dict[int, datetime] = field(default_factory=dict)
    late: list[tuple[int, datetime]] = field(default_factory=list)

    def add(self, bill: Bill) -> Bill:
        """A new bill."""
        self.bills[bill.ref] = bill
        self.mine[bill.number].append(bill)
        return bill

    def issue(self, numbers: range, now: datetime, today: date, first_day: bool) -> list[Bill]:
        """The bills that have to be made on this day: ten days before they are due, and at the start those before."""
        made = []
        for number in numbers:
            for month in (9, 10):
                due = date(2026, month, due_day_of(number))
                end = due - timedelta(days=ISSUED_BEFORE)
                ref = self.name(number, month)
                if ref not in self.bills and (end == today or (first_day and end < today)):
                    begin = date(2026, month - 1, due_day_of(number)) - timedelta(days=ISSUED_BEFORE)
                    if self.prorated:
                        due = max(due, today + timedelta(days=LEAST_NOTICE))
                    total = self._share(number, begin, end) if self.prorated else fee_of(number)
                    if total:
                        made.append(self.add(Bill(ref, number, total, due, now)))
        return made

    def _share(self, number: int, begin: date, end: date) -> int:
        """The fee less the days without service, half a cent up."""
        days = [begin + timedelta(days=count) for count in range((end - begin).days)]
        spans = self.off[number]
        served = sum(all(not (first <= day and (last is None or day < last)) for first, last in spans) for day in days)
        return int(fee_of(number) * served / len(days) + 0.5)

    def without_signal(self) -> set[int]:
        """Who was blocked and has still something to pay: nobody is let in before all of it is paid."""
        return {number for number, spans in self.off.items() if spans and spans[-1][1] is None}

    def owes(self, number: int, today: date) -> list[Bill]:
        """What is asked of the contract on that day, oldest first."""
        late = [bill for bill in self.mine[number] if bill.owed and not bill.hold and bill.due < today]
        return sorted(late, key=lambda bill: (bill.due, bill.ref))

    def waits(self, number: int) -> bool:
        """Whether an agreement of the contract waits for its first instalment."""
        return any(deal.number == number and deal.waits for deal in self.deals)

    def pay(self, name: str, bill: Bill, cents: int) -> None:
        """Money for a bill."""
        state = "doubled" if not bill.owed else "partial" if cents < bill.owed else "settled"
        self.money[name] = Money(name, bill.ref, cents, state)
        if state != "doubled":
            bill.paid += cents
        if not bill.owed:
            bill.hold = ""

    def take_back(self, name: str, now: datetime) -> None:
        """A payment is reversed: what it paid is owed again."""
        money = self.money[name]
        bill = self.bills[money.ref]
        if money.state != "doubled":
            bill.paid -= money.cents
            bill.since = now
        money.state = "reversed"

    def judge_deals(self, now: datetime, today: date) -> None:
        """Every agreement as it stands on that day."""
        for deal in self.deals:
            if deal.state != "active":
                continue
            if not any(part.owed for part in deal.parts):
                deal.state = "kept"
                for bill in deal.old:
                    bill.cancelled, bill.hold = True, ""
            elif any(part.owed and (today - part.due).days > BROKEN_AFTER for part in deal.parts):
                deal.state = "broken"
                for bill in deal.old:
                    bill.hold, bill.since = "", now
                for part in deal.parts:
                    part.cancelled = part.owed > 0

    def look(self, held: set[int], now: datetime, today: date) -> None:
        """Takes down who is held back now, since when, and who is so although a day has passed since all was paid."""
        for number in held - self.held:
            if not any(last is None for _, last in self.off[number]):
                self.off[number].append((today, None))
        for number, spans in self.off.items():
            if spans and spans[-1][1] is None and not self.owes(number, today) and not self.waits(number):
                spans[-1] = (spans[-1][0], today)
                self.cleared[number] = now
        for number in held & self.cleared.keys():
            if self.off[number][-1][1] is not None and now - self.cleared[number] > timedelta(days=1):
                self.late.append((number, now))
        self.held = held
