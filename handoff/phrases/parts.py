"""The parts of the system that sentences belong to, in the order in which people look for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Sentences that are about one thing: those whose names begin with one of the words, up to the first dot."""

    name: str
    title: str
    beginnings: frozenset[str]


def _part(name: str, title: str, beginnings: str) -> Part:
    return Part(name, title, frozenset(beginnings.split()))


OTHERS = Part("others", "Outros", frozenset())
PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        _part(
            "talk",
            "Conversa: começo, fim e cortesias",
            "greet thanks goodbye affirm deny bot_challenge out_of_scope protocol sorry noted",
        ),
        _part("menu", "Menu, botões e perguntas de volta", "menu ask_intent again button"),
        _part("identify", "Identificação e endereço", "identify choose"),
        _part("bills", "Faturas, segunda via e pagamentos", "invoice paid payment owing away"),
        _part("release", "Liberação em confiança", "release"),
        _part("deal", "Negociação de dívidas", "deal"),
        _part(
            "line",
            "Conexão: medição, testes e chamados",
            "outage lead verdict verdict_back step reboot part evidence tried ticket job watch",
        ),
        _part("incident", "Quedas e manutenções", "incident"),
        _part("wifi", "Wi-Fi", "wifi"),
        _part("people", "Passar para uma pessoa e esperar", "handoff waiting silence"),
        _part("survey", "Encerramento e pesquisa de satisfação", "survey"),
        _part("media", "Arquivos, áudios e ligações", "media call"),
        _part("article", "Artigos", "article"),
        _part("consent", "Promoções: sim e não", "consent"),
        OTHERS,
    )
}


def part_of(sentence_name: str) -> Part:
    """The part of a sentence."""
    beginning = sentence_name.partition(".")[0]
    return next((part for part in PARTS.values() if beginning in part.beginnings), OTHERS)
