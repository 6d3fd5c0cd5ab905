"""What every gateway must do, whatever bank is behind it. A new adapter adds one entry to RIGS."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

import pytest

from billing.gateway import ChargeOrder, Payer
from core.document import Document
from core.errors import Misconfigured, Refused, Unreachable
from tests.contract.gateways.bank import HTML, LOST, TOO_MANY, TROUBLE, Said
from tests.contract.gateways.rigs import RIGS, SECRET, Rig

BRUNO = Payer(
    "Bruno Lima", Document("cpf", "11144477735"), address="Rua do Sol, 22", city="São José dos Campos", state="SP"
)
ORDER = ChargeOrder("r17x1", BRUNO, 11990, date(2026, 12, 10), "Fatura F-1002-1", "2", "1")


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = RIGS[request.param]()
    yield rig
    rig.bank.close()


def test_charge_is_registered_with_ways_to_pay_it(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    assert (made.state, made.amount_cents, made.due_date) == ("open", 11990, ORDER.due_date)
    assert made.pix
    assert made.line is None or made.line.isdigit()
    assert (made.paid_cents, made.paid_at) == (0, None)


def test_same_key_is_one_charge(rig: Rig) -> None:
    assert rig.gateway.create(ORDER) == rig.gateway.create(ORDER)
    assert rig.bank.created == 1


@pytest.mark.parametrize("key", ["r1x2", "abcdefghijklmnopqrstuvwxyz012345"])
def test_charge_is_found_by_its_key_and_no_other_one(rig: Rig, key: str) -> None:
    made = rig.gateway.create(ChargeOrder(key, BRUNO, 100, ORDER.due_date, "Fatura"))
    assert rig.gateway.find(key) == made
    assert rig.gateway.find(f"{key[:-1]}9") is None


def test_lost_answer_is_ambiguous_and_the_charge_is_found_afterwards(rig: Rig) -> None:
    if rig.kind == "asaas":
        # The payer is made before the charge: here the charge's own answer is to be lost.
        rig.gateway.create(ChargeOrder("first", BRUNO, 100, ORDER.due_date, "Fatura"))
    before = rig.bank.created
    rig.bank.next_write.append(LOST)
    with pytest.raises(Unreachable) as failure:
        rig.gateway.create(ORDER)
    assert failure.value.ambiguous
    assert rig.gateway.create(ORDER).state == "open"
    assert rig.bank.created == before + 1


def test_payment_on_their_side_is_seen_to_the_cent(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 12237)
    seen = rig.gateway.state(made.external_id)
    assert (seen.state, seen.paid_cents, seen.amount_cents) == ("paid", 12237, 11990)
    assert seen.paid_at is not None
    assert seen.paid_at.date() == date(2026, 11, 26)


def test_part_of_it_is_told_as_a_part(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 5000)
    assert rig.gateway.state(made.external_id).paid_cents == 5000


def test_part_that_went_back_is_told_beside_what_was_paid(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 11990)
    if rig.give_part_back is None:
        # Neither Banco Inter's API nor that of Efí's boletos tells of parts.
        assert rig.kind in {"efi", "inter"}
        return
    rig.give_part_back(made.external_id, 2000)
    seen = rig.gateway.state(made.external_id)
    assert (seen.state, seen.paid_cents, seen.returned_cents) == ("paid", 11990, 2000)


def test_money_that_went_back_is_reversed(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 11990)
    if rig.give_back is None:
        # Banco Inter's API tells of no charge that its money went back.
        assert rig.kind == "inter"
        return
    rig.give_back(made.external_id)
    assert rig.gateway.state(made.external_id).state == "reversed"


def test_cancelled_charge_stays_so_and_may_be_cancelled_again(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    for _ in range(2):
        rig.gateway.cancel(made.external_id)
    assert rig.gateway.state(made.external_id).state == "cancelled"


def test_paid_charge_is_not_cancelled(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 11990)
    with pytest.raises(Refused, match="already_paid"):
        rig.gateway.cancel(made.external_id)


def test_paper_is_the_banks(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    paper = rig.gateway.pdf(made.external_id)
    assert (paper or b"").startswith(b"%PDF-") is rig.pdf


def test_charge_that_does_not_exist_is_unknown(rig: Rig) -> None:
    with pytest.raises(Refused, match="unknown_charge"):
        rig.gateway.state("00000000000000000000000000")


def test_webhook_names_the_charge_and_needs_its_proof(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    rig.pay(made.external_id, 11990)
    rig.gateway.check_origin(rig.headers)
    [hint] = rig.gateway.read_webhook(rig.webhook(made.external_id))
    assert hint.charge_id == made.external_id
    for headers in ({}, dict.fromkeys(rig.headers, "errado"), dict.fromkeys(rig.headers, SECRET.upper())):
        with pytest.raises(Refused, match="bad_signature"):
            rig.gateway.check_origin(headers)


@pytest.mark.parametrize("body", [b"", b"{", b"[[]]", b'{"payment": 3, "pix": 3}', b"\xff\xfe"])
def test_webhook_that_makes_no_sense_is_unreadable(rig: Rig, body: bytes) -> None:
    with pytest.raises(Unreachable, match="unreadable_answer"):
        rig.gateway.read_webhook(body)


def test_token_that_ended_is_renewed(rig: Rig) -> None:
    made = rig.gateway.create(ORDER)
    if rig.bank.tokens:
        rig.bank.tokens += 1
        assert rig.gateway.state(made.external_id) == made


def test_credentials_that_are_refused_are_a_fault_of_settings(rig: Rig) -> None:
    rig.bank.next += [Said(401, {}), Said(401, {})]
    with pytest.raises(Misconfigured):
        rig.gateway.find("r1x1")


def test_read_is_tried_twice_and_a_write_once(rig: Rig) -> None:
    rig.bank.next.append(TROUBLE)
    assert rig.gateway.find("r1x1") is None
    rig.bank.next_write.append(TROUBLE)
    with pytest.raises(Unreachable):
        rig.gateway.create(ORDER)
    assert rig.bank.created == 0


def test_page_for_people_is_no_answer(rig: Rig) -> None:
    rig.bank.next.append(HTML)
    with pytest.raises(Unreachable, match="not_json"):
        rig.gateway.find("r1x1")


def test_too_many_says_how_long_to_wait(rig: Rig) -> None:
    rig.bank.next.append(TOO_MANY)
    with pytest.raises(Unreachable) as failure:
        rig.gateway.find("r1x1")
    assert failure.value.retry_after == 7


def test_field_that_is_wrong_is_refused_and_not_ambiguous(rig: Rig) -> None:
    rig.bank.next_write.append(Said(400, {"errors": [{"code": "invalid_cpfCnpj"}]}))
    with pytest.raises(Refused) as failure:
        rig.gateway.create(ORDER)
    assert not failure.value.ambiguous


def test_odd_codes_are_forwarded_byte_for_byte_and_only_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = rig.gateway.create(ORDER)
    kept = str(rig.bank.charges[made.external_id]) + (f"00020126{made.external_id}6304ABCD" if made.pix else "")
    assert (made.pix or "") in kept
    assert "looks wrong" in caplog.text
    assert SECRET not in caplog.text
