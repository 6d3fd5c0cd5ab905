"""Turns effects into rows, all in one transaction, if the conversation is still as it was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from billing.proofs import take_proofs
from bot import apply_money
from bot.article_effects import ArticleHelped, ArticleQuoted
from bot.asking import ask_network
from bot.closing import close_by_bot
from bot.effects import (
    AskNetwork,
    BindIdentity,
    Close,
    ConsentChanged,
    Contradicted,
    Effect,
    HandOff,
    HideWords,
    IncidentTold,
    JobTold,
    OpenTicket,
    RecordAttempt,
    Remember,
    Say,
    SendCode,
    StopWatching,
    Wait,
    WatchLine,
)
from bot.facts import digest
from bot.hidden import hide_words
from bot.line_watch import stop_watching, watch_line
from bot.money_effects import AcceptOffer, KeepWish, ReadProofs, UnlockOnTrust, WishServed
from bot.people import hands_over
from bot.quoted import keep_helped, keep_quoted
from bot.readings import mark_contradicted
from bot.reason import reason_of
from bot.say import say
from bot.send_code import send_code
from bot.snapshot import Snapshot
from bot.texts import Texts
from bot.waiting_told import with_outlook
from bot.wish_ledger import keep_wish, wish_served
from core.errors import Conflict
from handoff.consent import record
from handoff.hand_over import hand_over
from handoff.sla.contract_class import contract_known
from models import utc_now
from models.contact import Contact
from models.identity_attempt import IdentityAttempt
from models.message import Message
from models.network_job import NetworkJob
from models.ticket import Ticket
from provisioning.outages.incidents import incident_of
from provisioning.outages.reports import told_in_chat

# What every turn writes is written out; what there is nothing new about stays as it is.
_REMEMBER = text(
    "UPDATE conversation SET version = version + 1, dialogue = coalesce(:dialogue, dialogue),"
    " contract_ref = coalesce(:contract, contract_ref) WHERE id = :id AND version = :version AND handler = :handler"
    " AND coalesce(quiet_until, '-infinity') <= now()"
).bindparams(bindparam("dialogue", type_=JSONB(none_as_null=True)))
_SETTLE = text("UPDATE message SET handled_at = :now, outcome = :outcome WHERE id = ANY(:ids)")


@dataclass(frozen=True)
class Applied:
    """What the rows are written with. For `keep_seconds` a line is not measured again. `erp_unlocks`: the ERP releases
    on trust, and the network follows."""

    secret_key: str
    texts: Texts
    keep_seconds: float = 0.0
    erp_unlocks: bool = False


def apply(session: Session, snapshot: Snapshot, effects: Sequence[Effect], applied: Applied) -> bool:
    """Writes the effects. False, with nothing written, when somebody changed the conversation since it was read, or
    answers from the phone. Raises Conflict when it would close over a message that came since."""
    unchanged = {"id": snapshot.conversation_id, "version": snapshot.version, "handler": snapshot.handler}
    memory = _memory(effects)
    changed = session.execute(_REMEMBER, {**unchanged, **memory})
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if any(isinstance(effect, Close) for effect in effects) and _wrote_again(session, snapshot):
        raise Conflict("customer_wrote_again", str(snapshot.conversation_id))
    if memory["contract"] and memory["contract"] != snapshot.dialogue.contract:
        contract_known(session, snapshot.conversation_id, memory["contract"], utc_now())
    writer = _Writer(session, snapshot, applied, reason_of(snapshot.dialogue, effects))
    writer.write(effects)
    writer.settle_inbound(effects)
    return True


def _wrote_again(session: Session, snapshot: Snapshot) -> bool:
    """Whether a message came that this turn has not read: closing would leave it without an answer. New ones wait for
    the conversation's row, which is ours by now."""
    unread = select(Message.id).where(
        Message.conversation_id == snapshot.conversation_id,
        Message.direction == "in",
        Message.handled_at.is_(None),
        Message.id.not_in([message.id for message in snapshot.inbound]),
    )
    return session.scalar(unread.limit(1)) is not None


def _memory(effects: Sequence[Effect]) -> dict[str, Any]:
    """What the conversation's row keeps of the dialogue: the last word on it, written with the version."""
    dialogues = [effect.dialogue for effect in effects if isinstance(effect, Remember)]
    last = dialogues[-1] if dialogues else None
    return {"dialogue": last.dump() if last else None, "contract": (last.contract or None) if last else None}


class _Writer:
    def __init__(self, session: Session, snapshot: Snapshot, applied: Applied, reason: str) -> None:
        self._session = session
        self._snapshot = snapshot
        self._applied = applied
        self._writers: dict[type[Any], Callable[[Any], object]] = {
            Say: lambda effect: say(session, snapshot, effect, reason),
            AskNetwork: self._ask_network,
            UnlockOnTrust: self._unlock,
            AcceptOffer: lambda effect: apply_money.accept(self._session, effect, snapshot.conversation_id),
            WatchLine: self._watch,
            StopWatching: lambda effect: stop_watching(self._session, effect.contract_ref),
            HideWords: lambda effect: hide_words(self._session, effect.message_id),
            OpenTicket: self._ticket,
            ReadProofs: lambda effect: take_proofs(session, snapshot.conversation_id, effect.contract_ref),
            HandOff: self._hand_off,
            BindIdentity: self._bind,
            RecordAttempt: self._attempt,
            SendCode: self._send_code,
            JobTold: self._told,
            IncidentTold: self._incident_told,
            Contradicted: self._contradicted,
            ConsentChanged: self._consent,
            ArticleQuoted: lambda effect: keep_quoted(self._session, snapshot.conversation_id, effect),
            ArticleHelped: lambda effect: keep_helped(self._session, snapshot.conversation_id, effect),
            KeepWish: lambda effect: keep_wish(self._session, self._snapshot.conversation_id, effect.intent),
            WishServed: lambda effect: wish_served(self._session, self._snapshot.conversation_id, effect.intent),
            Remember: lambda _: None,
            Wait: lambda _: None,
            Close: self._close,
        }

    def write(self, effects: Sequence[Effect]) -> None:
        """Writes the effects. Where it goes depends on who it is, and what is said on where it went."""
        first: list[Effect] = []
        if hands_over(effects):
            first = [effect for kind in (BindIdentity, HandOff) for effect in effects if isinstance(effect, kind)]
        for effect in first:
            self._writers[type(effect)](effect)
        for effect in with_outlook(self._session, self._snapshot, effects, self._applied.texts) if first else effects:
            if effect not in first:
                self._writers[type(effect)](effect)

    def settle_inbound(self, effects: Sequence[Effect]) -> None:
        """The messages of this turn are handled now, unless what is under way will answer them."""
        if any(isinstance(effect, Wait) for effect in effects) or not self._snapshot.inbound:
            return
        said = any(isinstance(effect, Say) for effect in effects)
        waiting = any(isinstance(effect, AcceptOffer | AskNetwork | UnlockOnTrust) for effect in effects)
        outcome = "answered" if said else "action" if waiting else "silent"
        ids = [message.id for message in self._snapshot.inbound]
        self._session.execute(_SETTLE, {"ids": ids, "now": utc_now(), "outcome": outcome})

    def _ask_network(self, effect: AskNetwork, trust_unlock_id: int | None = None, *, waits: bool = False) -> None:
        conversation, keep = self._snapshot.conversation_id, self._applied.keep_seconds
        ask_network(self._session, effect, conversation, keep, trust_unlock_id, waits=waits)

    def _watch(self, effect: WatchLine) -> None:
        conversation = self._snapshot.conversation_id
        watch_line(self._session, effect.contract_ref, conversation, effect.first_seconds)

    def _unlock(self, effect: UnlockOnTrust) -> None:
        by_erp, conversation = self._applied.erp_unlocks, self._snapshot.conversation_id
        apply_money.unlock(
            self._session, effect, conversation, by_erp, lambda ask, row: self._ask_network(ask, row, waits=by_erp)
        )

    def _ticket(self, effect: OpenTicket) -> None:
        # Nobody is sent out for one line of a fault that is known.
        incident = incident_of(self._session, effect.contract_ref, utc_now())
        self._session.add(
            Ticket(
                protocol=self._snapshot.protocol,
                contract_ref=effect.contract_ref,
                conversation_id=self._snapshot.conversation_id,
                subject=effect.subject,
                text=effect.text,
                evidence=effect.evidence,
                incident_id=incident.id if incident else None,
            )
        )

    def _hand_off(self, effect: HandOff) -> None:
        hand_over(
            self._session,
            self._snapshot.conversation_id,
            queue=effect.queue,
            reason=self._applied.texts(f"reason.{effect.reason}"),
            summary=effect.summary,
            language=self._applied.texts.language,
        )

    def _bind(self, effect: BindIdentity) -> None:
        contact = self._session.get_one(Contact, self._snapshot.contact_id)
        if (contact.customer_ref, contact.proved_by) != (effect.customer_ref, effect.proved_by):
            contact.customer_ref, contact.proved_by = effect.customer_ref, effect.proved_by
            contact.proved_at = utc_now()

    def _attempt(self, effect: RecordAttempt) -> None:
        hashed = digest(self._applied.secret_key, "document", effect.document)
        row = IdentityAttempt(contact_id=self._snapshot.contact_id, document_hash=hashed, succeeded=effect.succeeded)
        self._session.add(row)

    def _send_code(self, effect: SendCode) -> None:
        send_code(self._session, effect, self._snapshot, self._applied.texts)

    def _contradicted(self, effect: Contradicted) -> None:
        mark_contradicted(self._session, self._snapshot.conversation_id, effect.intent, effect.meant)

    def _consent(self, effect: ConsentChanged) -> None:
        proof = {"message_id": effect.message_id, "words": effect.words.strip()}
        record(self._session, self._snapshot.contact_id, effect.decision, "customer", proof, utc_now(), "bot")

    def _told(self, effect: JobTold) -> None:
        self._session.execute(update(NetworkJob).where(NetworkJob.id == effect.job_id).values(told_at=utc_now()))

    def _incident_told(self, effect: IncidentTold) -> None:
        told_in_chat(self._session, effect.incident_id, effect.contract_ref, self._snapshot.conversation_id)

    def _close(self, effect: Close) -> None:
        close_by_bot(self._session, self._snapshot.conversation_id, self._applied.texts.language, utc_now())
