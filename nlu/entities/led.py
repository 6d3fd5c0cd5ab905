"""Lights of the modem in a customer's words: "los vermelha piscando", "luz pon apagada", "tudo verde"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nlu.entities.words import Token, tokens
from nlu.understanding import Entity


def _read(table: str) -> dict[str, str]:
    lines = (line.partition(":") for line in table.strip().splitlines())
    return {word: meant.strip() for meant, _, written in lines for word in written.split()}


_NAMES = _read("""
los: los loss alarme alarm
pon: pon gpon epon link
power: power pwr energia
internet: internet inet wan
wifi: wifi wlan wi-fi
lan: lan lan1 lan2 lan3 lan4 ethernet
""")
_ALL = frozenset({"tudo", "todas", "todos", "luzes", "leds", "luzinhas", "nenhuma", "nenhum"})
_NOUNS = frozenset({"luz", "luzes", "luzinha", "luzinhas", "led", "leds", "lampada", "lampadinha", "bolinha"})
_COLOURS = _read("""
red: vermelha vermelho vermelhas vermelhos vermelhinha vermelhinho vermelhona vermeia vermelia roja rojo
green: verde verdes verdinha verdinho verdinhas
orange: laranja alaranjada alaranjado laranjada naranja
yellow: amarela amarelo amarelas amarelinha amarelinho amarilla
blue: azul azuis azulzinha azulzinho
white: branca branco brancas branquinha
""")
_DIMINUTIVES = frozenset(
    {"vermelhinha", "vermelhinho", "verdinha", "verdinho", "amarelinha", "amarelinho", "azulzinha", "azulzinho"}
)
_STATES = _read("""
blinking: piscando piscano piscanu pisca piscam piscou picando piscante intermitente parpadeando
steady: acesa aceso acesas acende acendem acendeu acendendo fixa fixo fixas ligada ligado ligadas
off: apagada apagado apagadas apagados apagou apaga apagaram desligada desligado desligadas
""")
_OPPOSITE = {"blinking": "steady", "steady": "off", "off": "steady", "": "off"}
_REFUSALS = frozenset({"nao", "n", "sem", "nem", "nenhuma", "nenhum"})
_LOOSE_SIGNS = frozenset("-()")
_SMALL_WORDS = """
a o as os da do de na no em um uma e com que ta tah to esta estao tao fica ficou ficam ficando eh so sempre toda
meio bem ali aqui la ai modem roteador onu ont aparelho caixinha aparelhinho direto cor sinal nao n nem sem vive
"""
_FILLERS = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True)
class _Light:
    name: str = ""
    colour: str = ""
    state: str = ""

    @property
    def value(self) -> str:
        return f"{self.name}:{self.colour}:{self.state}"


def leds(folded: str) -> Iterator[Entity]:
    """The lights in a folded text, each as `light:colour:state` with what is not said left empty.

    A colour or a state by itself is believed only where a light is named beside it, where both stand together, or
    where the text says nothing else ("tá vermelha").
    """
    found = tokens(folded)
    said = sum(token.text.isalnum() for token in found)
    for run in _runs(found):
        parts = list(_parts(run))
        named = any(_slot(token.text) in {"noun", "name"} for token in run)
        whole = sum(token.text.isalnum() for token in run) == said and not (named and len(parts) > 1)
        for part in parts:
            light = _light(part)
            if _is_believed(light, part, whole):
                yield Entity("led", light.value, part[0].start, part[-1].end)


def _runs(found: list[Token]) -> Iterator[list[Token]]:
    """Longest rows of words that can speak of lights; a comma does not end one, other signs do."""
    run: list[Token] = []
    for token in found:
        if token.text in _FILLERS or token.text == "," or _slot(token.text):
            run.append(token)
        elif token.text not in _LOOSE_SIGNS:
            yield run
            run = []
    yield run


def _parts(run: list[Token]) -> Iterator[list[Token]]:
    """One part for each light of a row: it ends where the next light or colour begins."""
    part: list[Token] = []
    seen: set[str] = set()
    for token in run:
        slot = _slot(token.text)
        if slot and _begins_another(slot, seen, part):
            yield _trimmed(part)
            part, seen = _carried(part), set()
        seen |= {slot} - {""}
        part.append(token)
    if seen:
        yield _trimmed(part)


def _begins_another(slot: str, seen: set[str], part: list[Token]) -> bool:
    if slot in {"name", "colour"} and slot in seen:
        return True
    complete = bool(seen & {"name", "noun"} and seen & {"colour", "state"})
    # "luz vermelha na los" is one light, "luz vermelha e a los apagada" are two.
    between = {token.text for token in _carried(part)}
    if slot == "noun":
        # "A caixinha branca com luz vermelha": the white is not the light's.
        return complete or ("colour" in seen and "com" in between)
    return slot == "name" and complete and bool(between & {"e", ","})


def _slot(word: str) -> str:
    if word in _NAMES:
        return "name"
    if word in _COLOURS:
        return "colour"
    if word in _STATES:
        return "state"
    return "noun" if word in _NOUNS or word in _ALL else ""


def _carried(part: list[Token]) -> list[Token]:
    """The small words at a part's end, which belong to the next one ("e a pon", "nao pisca")."""
    at = len(part)
    while at and not _slot(part[at - 1].text):
        at -= 1
    return part[at:]


def _trimmed(part: list[Token]) -> list[Token]:
    first = next(index for index, token in enumerate(part) if _slot(token.text))
    # "nao acende": the refusal belongs to what it refuses.
    refusals = [index for index in range(max(0, first - 3), first) if part[index].text in _REFUSALS]
    return part[min([first, *refusals]) : len(part) - len(_carried(part))]


def _light(part: list[Token]) -> _Light:
    light = _Light()
    refused = any(token.text in _REFUSALS for token in part)
    for token in part:
        word = token.text
        if word in _NAMES:
            light = replace(light, name=_NAMES[word])
        elif word in _COLOURS:
            light = replace(light, colour=_COLOURS[word])
        elif word in _STATES:
            light = replace(light, state=_STATES[word])
        elif word in _ALL:
            light = replace(light, name=light.name or "all")
    said = bool(light.colour or light.state)
    return replace(light, state=_OPPOSITE[light.state]) if refused and said else light


def _is_believed(light: _Light, part: list[Token], whole: bool) -> bool:
    words = {token.text for token in part}
    if not (light.colour or light.state):
        return False
    if words & _NOUNS or words & _DIMINUTIVES or light.name in {"los", "pon"}:
        return True
    if light.colour:
        return whole or bool(light.state) or light.name == "all"
    # Not "tá ligado", which means "you know".
    return light.state != "steady" and light.name in {"", "all", "power"} and (whole or light.name != "")
