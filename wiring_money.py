"""Binds what moves money and what asks for it: payments, invoices, unlocks, proofs, collections, reconciliation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlalchemy.orm import Session

from billing import erp_unlock, proofs
from billing.agreements import follow_agreements
from billing.bill_month import bill_month
from billing.charging import register_charge
from billing.erp_unlock import UnlockDesk
from billing.erps.local import LocalErp
from billing.gateway import Settlement
from billing.importing import upload
from billing.payment_follow import Told, follow_payment
from billing.payments import take_payment
from billing.poll_payments import poll_payments
from billing.ports import Erp
from billing.proof_reader import load_reader
from billing.reconciliation import Compared
from billing.reconciliation_due import reconcile_nightly
from billing.settling import Cashier, poll_charges
from bot.agreement_news import tell_agreement
from bot.payment_thanks import tell_result, thank
from bot.serve_wishes import plan_wishes
from bot.texts import Texts
from bot.unlock_reminder import remind_unlock
from core.db import Database
from core.media_store import MediaStore
from core.route import Route
from core.settings import Settings
from handoff.collecting import abandon, collect, do_step
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore, suspend, tell_suspension
from models.outbox import hasten
from provisioning.access_side import listing_of
from provisioning.releasing import ask_release
from webhooks.payments import take_payments
from wiring_erp import circuit_of
from wiring_gateway import desk_of, gateway_of
from wiring_network import job_finished, plant_of
from wiring_settings import LOCAL

CHORES = {"collect": 3600.0, "suspend": 1800.0, "follow_agreements": 3600.0, "reconcile": 1800.0}
# Invoices are made once; asking often only notices a new day sooner.
LOCAL_CHORES = {"bill_month": 3600.0}
OUTSIDE_CHORES = {"serve_wishes": 30.0, "poll_payments": 60.0}
GATEWAY_CHORES = {"poll_charges": 60.0}


def money_chores(settings: Settings) -> Mapping[str, float]:
    """The chores of this deployment's ERP and gateway."""
    erp = LOCAL_CHORES if settings.erp == LOCAL else OUTSIDE_CHORES
    return {**CHORES, **erp, **(GATEWAY_CHORES if settings.gateway else {})}


def money_routes(settings: Settings, db: Database, erp: Erp, store: MediaStore, texts: Texts) -> dict[str, Route]:
    """Everything that has to do with money."""
    return {
        **_payments(settings, db, erp, store, texts),
        **_promises(settings, db, erp, texts),
        **_debts(settings, db, erp, store, texts),
    }


def compared_of(settings: Settings, db: Database, erp: Erp) -> Compared:
    """What the reconciliation compares."""
    plant = plant_of(settings, db)

    def held() -> frozenset[str] | None:
        access = listing_of(plant.access())
        return access.held_back() if access else None

    return Compared(db, erp, held, _release_reconciled)


def _payments(settings: Settings, db: Database, erp: Erp, store: MediaStore, texts: Texts) -> dict[str, Route]:
    """Charges, webhooks, payments and their proofs, and what follows from them."""
    gateway = gateway_of(settings)
    cashier = Cashier(db, gateway, settings.gateway) if gateway else None
    told = Told(partial(thank, texts=texts), tell_result)
    reading = proofs.ProofDesk(db, erp, store, load_reader(settings.proof_reader), _look_for_payments)
    return {
        "payment_known": Route(partial(follow_payment, db=db, told=told)),
        "take_payments": Route(partial(take_payments, db=db, cashier=cashier)),
        "poll_charges": Route(partial(poll_charges, cashier=cashier), most_tries=3),
        "poll_payments": Route(
            partial(poll_payments, db=db, erp=erp, source=settings.erp, told=partial(_told, settings.erp)), most_tries=3
        ),
        "register_charge": Route(partial(register_charge, db=db, desk=desk_of(settings, db))),
        "read_proof": Route(partial(proofs.read, desk=reading)),
        "reconcile": Route(partial(reconcile_nightly, compared=compared_of(settings, db, erp)), most_tries=3),
    }


def _promises(settings: Settings, db: Database, erp: Erp, texts: Texts) -> dict[str, Route]:
    """Unlocks that the ERP gives, reminders of their end, and what waits for the ERP."""
    plant = plant_of(settings, db)
    desk = UnlockDesk(db, erp, lambda: plant.access() is not None, job_finished)
    circuit = circuit_of(settings, db)
    gate = circuit.gate if circuit else lambda: "closed"
    return {
        "erp_unlock": Route(
            partial(erp_unlock.erp_unlock, desk=desk),
            most_tries=erp_unlock.MOST_TRIES,
            give_up=partial(erp_unlock.give_up, desk=desk),
        ),
        "remind_unlock": Route(partial(remind_unlock, db=db, erp=erp, texts=texts)),
        "serve_wishes": Route(partial(plan_wishes, db=db, texts=texts, gate=gate), most_tries=3),
    }


def _debts(settings: Settings, db: Database, erp: Erp, store: MediaStore, texts: Texts) -> dict[str, Route]:
    """Files of the base read, invoices made; steps sent, contracts suspended and restored, agreements followed."""
    desk = DebtDesk(db, erp, settings.customer_language, local=isinstance(erp, LocalErp))
    return {
        upload.WORK: Route(
            partial(upload.import_file, db=db, store=store), most_tries=8, give_up=partial(upload.give_up, db=db)
        ),
        "bill_month": Route(partial(bill_month, db=db, registers_charges=bool(settings.gateway)), most_tries=3),
        "collect": Route(partial(collect, desk=desk), most_tries=3),
        "collect_step": Route(partial(do_step, desk=desk), give_up=partial(abandon, desk=desk)),
        "suspend": Route(partial(suspend, desk=desk), most_tries=3),
        "restore": Route(partial(restore, desk=desk)),
        "tell_suspension": Route(partial(tell_suspension, desk=desk)),
        "follow_agreements": Route(partial(follow_agreements, db=db), most_tries=3),
        "tell_agreement": Route(partial(tell_agreement, db=db, erp=erp, texts=texts)),
    }


def _look_for_payments(session: Session) -> None:
    """Payments become known where they are polled; a poll that is due already is not planned twice."""
    hasten(session, "poll_charges", 0)
    hasten(session, "poll_payments", 0)


def _told(source: str, session: Session, settlement: Settlement, invoice_ref: str) -> None:
    take_payment(session, settlement, source=source, invoice_ref=invoice_ref)


def _release_reconciled(session: Session, contract_ref: str, cause: str) -> None:
    ask_release(session, contract_ref, reason="nothing_owed", asked_by="clock", cause=cause)
