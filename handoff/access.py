"""Who may see and do what: the rules of roles and queues, for one conversation and as a filter of a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from sqlalchemy import ColumnElement, func, or_, true
from sqlalchemy.orm import object_session

from handoff.permits import Deed, Role, may, template_role
from handoff.queues import DEFAULT_QUEUE
from handoff.roles import role_named
from handoff.routing.overflowed import has_overflowed_from, overflowed_from
from models.agent import Agent
from models.conversation import Conversation


@dataclass(frozen=True)
class Sight:
    """Which conversations somebody is shown beside their own, whoever they are: all, none, or those of `queues`."""

    sees: Literal["all", "none", "queues"]
    queues: frozenset[str]

    def shows(self, agent: int | ColumnElement[int]) -> ColumnElement[bool]:
        """The same rule as `may_see` for the person of this id, as a condition on Conversation."""
        if self.sees != "queues":
            return true() if self.sees == "all" else ~true()
        queues = sorted(self.queues)
        in_queue = func.coalesce(Conversation.queue, DEFAULT_QUEUE).in_(queues)
        return or_(Conversation.agent_id == agent, in_queue, has_overflowed_from(queues))


@dataclass(frozen=True)
class Attendant:
    """A signed-in person of the provider. `queues` are those whose conversations an agent sees and may take; `terms`
    is their role as its row says, None for the template's of that name."""

    id: int
    login: str
    name: str
    role: str
    queues: frozenset[str]
    terms: Role | None = field(default=None, compare=False)

    @cached_property
    def deeds(self) -> frozenset[Deed]:
        """All that they may do (handoff.permits)."""
        return self._role.deeds_with(self.queues)

    @property
    def uses_console(self) -> bool:
        """Technicians have their own list of visits and no conversations."""
        return may(self, "conversation.answer")

    @property
    def supervises(self) -> bool:
        """May take a conversation over from an agent, and move it."""
        return may(self, "conversation.supervise")

    @property
    def sees_all(self) -> bool:
        """Sees every conversation, of whichever queue."""
        return self._role.sees == "all"

    @property
    def sight(self) -> Sight:
        """What they are shown of conversations, as a value that is equal for whoever sees the same."""
        if not self.uses_console:
            return Sight("none", self.queues)
        return Sight("all" if self.sees_all else "queues", self.queues)

    @property
    def _role(self) -> Role:
        return self.terms or template_role(self.role)

    @property
    def author(self) -> str:
        """How their messages are signed in the thread's rows."""
        return f"agent:{self.login}"


def attendant_of(agent: Agent) -> Attendant:
    """The values of an agent's row that the rules need. Their role is read as its row is now."""
    session = object_session(agent)
    terms = role_named(session, agent.role) if session else None
    return Attendant(agent.id, agent.login, agent.name, agent.role, frozenset(agent.queues), terms)


def may_see(who: Attendant, conversation: Conversation) -> bool:
    """Whose role sees all sees everything, others what they own, what is in their queues, and what overflowed from
    there.

    What has no queue yet (the bot has it) counts as the first line's, so that somebody always sees it.
    """
    if not who.uses_console:
        return False
    if who.sees_all:
        return True
    if conversation.agent_id == who.id or (conversation.queue or DEFAULT_QUEUE) in who.queues:
        return True
    return not who.queues.isdisjoint(overflowed_from(conversation))


def visible_to(who: Attendant) -> ColumnElement[bool]:
    """The same rule as `may_see`, as a condition on Conversation."""
    return who.sight.shows(who.id)
