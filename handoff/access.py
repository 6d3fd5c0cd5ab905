"""Who may see and do what: the rules of roles and queues, for one conversation and as a filter of a query."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, true

from handoff.queues import DEFAULT_QUEUE
from models.agent import Agent
from models.conversation import Conversation

CONSOLE_ROLES = frozenset({"agent", "supervisor", "admin"})
SUPERVISING_ROLES = frozenset({"supervisor", "admin"})
API_ROLE = "api"


@dataclass(frozen=True)
class Attendant:
    """A signed-in person of the provider. `queues` are those whose conversations an agent sees and may take."""

    id: int
    login: str
    name: str
    role: str
    queues: frozenset[str]

    @property
    def uses_console(self) -> bool:
        """Technicians have their own list of visits and no conversations."""
        return self.role in CONSOLE_ROLES

    @property
    def supervises(self) -> bool:
        """Sees every conversation, may take one over from an agent, and sees how the system is doing."""
        return self.role in SUPERVISING_ROLES

    @property
    def author(self) -> str:
        """How their messages are signed in the thread's rows."""
        return f"agent:{self.login}"


def attendant_of(agent: Agent) -> Attendant:
    """The values of an agent's row that the rules need."""
    return Attendant(agent.id, agent.login, agent.name, agent.role, frozenset(agent.queues))


def may_see(who: Attendant, conversation: Conversation) -> bool:
    """Supervisors and other systems with a token see everything, agents what they own and what is in their queues.

    What has no queue yet (the bot has it) counts as the first line's, so that somebody always sees it.
    """
    if who.supervises or who.role == API_ROLE:
        return True
    if not who.uses_console:
        return False
    return conversation.agent_id == who.id or (conversation.queue or DEFAULT_QUEUE) in who.queues


def visible_to(who: Attendant) -> ColumnElement[bool]:
    """The same rule as `may_see`, as a condition on Conversation."""
    if who.supervises or who.role == API_ROLE:
        return true()
    if not who.uses_console:
        return ~true()
    in_queue = func.coalesce(Conversation.queue, DEFAULT_QUEUE).in_(sorted(who.queues))
    return or_(Conversation.agent_id == who.id, in_queue)
