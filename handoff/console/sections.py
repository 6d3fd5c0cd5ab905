"""The console's main menu: one table of sections, in their order, each for those who may do what is done there."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.access import Attendant
from handoff.console import admin
from handoff.permits import Deed, may


@dataclass(frozen=True)
class Section:
    """An entry: the name that its pages give as `section`, its title, its first page, and what opens it. `beside`
    stands in the menu *Mais*."""

    name: str
    title: str
    endpoint: str
    deed: Deed
    beside: bool = False


SECTIONS = (
    Section("talk", "Conversas", "console.inbox", "conversation.answer"),
    Section("mentions", "Menções", "console.mentions", "conversation.answer"),
    Section("knowledge", "Artigos", "console.knowledge", "conversation.answer"),
    Section("network", "Rede", "console.network", "network.see"),
    Section("money", "Financeiro", "console.agreements", "money.see"),
    Section("board", "Quadro", "console.board", "report.see"),
    Section("reports", "Relatórios", "console.reports", "report.see", beside=True),
    Section("review", "Revisão", "console.review", "reading.correct", beside=True),
    Section("canned", "Respostas prontas", "console.canned", "canned.handle", beside=True),
    Section("templates", "Modelos", "console.templates", "template.handle", beside=True),
    Section("integrations", "Integrações", "console.integrations", "system.see", beside=True),
    Section("system", "Sistema", "console.system", "system.see", beside=True),
)
ADMINISTRATION = "admin"


def sections_of(who: Attendant) -> list[Section]:
    """Those that open for this person; the administration's first page is the first one that opens for them."""
    mine = [section for section in SECTIONS if may(who, section.deed)]
    entry = admin.entry_of(who)
    if entry:
        mine.append(Section(ADMINISTRATION, "Administração", entry, "admin.people", beside=True))
    return mine
