"""The console's main menu: one table of sections, in their order, each for those who may do what is done there."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.access import Attendant
from handoff.console import admin
from handoff.console.entrances import opens


@dataclass(frozen=True)
class Section:
    """An entry: the name that its pages give as `section`, its title, and its first page. `beside` stands
    in the menu *Mais*."""

    name: str
    title: str
    endpoint: str
    beside: bool = False


SECTIONS = (
    Section("talk", "Conversas", "console.inbox"),
    Section("mentions", "Menções", "console.mentions"),
    Section("knowledge", "Artigos", "console.knowledge"),
    Section("network", "Rede", "console.network"),
    Section("money", "Financeiro", "console.agreements"),
    Section("board", "Quadro", "console.board"),
    Section("reports", "Relatórios", "console.reports", beside=True),
    Section("review", "Revisão", "console.review", beside=True),
    Section("canned", "Respostas prontas", "console.canned", beside=True),
    Section("templates", "Modelos", "console.templates", beside=True),
    Section("integrations", "Integrações", "console.integrations", beside=True),
    Section("system", "Sistema", "console.system", beside=True),
)
ADMINISTRATION = "admin"


def sections_of(who: Attendant) -> list[Section]:
    """Those that open for this person; the administration's first page is the first one that opens for them."""
    mine = [section for section in SECTIONS if opens(who, section.endpoint)]
    entry = admin.entry_of(who)
    if entry:
        mine.append(Section(ADMINISTRATION, "Administração", entry, beside=True))
    return mine
