"""The steps of a macro: as people write them, one a line, and as rows keep them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handoff.writing.marks import PRIORITIES, clean_tag

WORDS = {
    "responder": "reply",
    "etiqueta": "tag",
    "nota": "note",
    "prioridade": "priority",
    "transferir": "transfer",
    "encerrar": "close",
}
NAMES = {act: word for word, act in WORDS.items()}
LAST = frozenset({"transfer", "close"})
"""After these the conversation is out of the agent's hands: nothing may follow."""
MOST = 12


@dataclass(frozen=True)
class Step:
    """One act: `do` is an act of WORDS, `value` what it is done with (a shortcut, a tag, a text, a queue), `words` what
    is said to whoever takes over."""

    do: str
    value: str = ""
    words: str = ""

    @property
    def told(self) -> str:
        """The step as people write it."""
        line = f"{NAMES[self.do]} {self.value}".strip()
        return f"{line}: {self.words}" if self.words else line


def read_steps(text: str, shortcuts: frozenset[str], queues: frozenset[str]) -> list[Step] | str:
    """The steps of a text, one a line; or in Portuguese which line cannot be done."""
    steps: list[Step] = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line:
            continue
        step = _step(line)
        problem = _problem(step, shortcuts, queues) if step else f"comece com {', '.join(WORDS)}"
        if problem or step is None:
            return f"Linha {number}: {problem}."
        steps.append(step)
    if not steps:
        return "Escreva ao menos um passo."
    if len(steps) > MOST:
        return f"Uma macro tem no máximo {MOST} passos."
    early = next((step for step in steps[:-1] if step.do in LAST), None)
    return f"“{early.told}” só pode ser o último passo." if early else steps


def _step(line: str) -> Step | None:
    word, _, rest = line.partition(" ")
    do, rest = WORDS.get(word.casefold().rstrip(":"), ""), rest.strip()
    if not do:
        return None
    if do == "transfer":
        queue, _, words = rest.partition(":")
        return Step(do, queue.strip(), words.strip())
    value = {"reply": rest.removeprefix("/"), "tag": clean_tag(rest), "priority": rest.casefold()}.get(do, rest)
    return Step(do, value)


def _problem(step: Step, shortcuts: frozenset[str], queues: frozenset[str]) -> str:
    if step.do == "reply" and step.value not in shortcuts:
        return f"não há a resposta /{step.value}"
    if step.do == "transfer" and step.value not in queues:
        return f"não há a fila {step.value or '(vazia)'}"
    if step.do == "priority" and step.value not in PRIORITIES:
        return f"a prioridade é uma de {', '.join(PRIORITIES)}"
    if step.do == "close":
        return "encerrar não leva mais nada" if step.value else ""
    return "" if step.value else f"diga o que: {NAMES[step.do]} …"


def kept(steps: Sequence[Step]) -> list[dict[str, str]]:
    """The steps as rows keep them."""
    return [{"do": step.do, "value": step.value, "words": step.words} for step in steps]


def steps_of(rows: Sequence[Mapping[str, str]]) -> list[Step]:
    """The steps of a row; acts that there are no more are left out."""
    return [
        Step(row["do"], str(row.get("value", "")), str(row.get("words", ""))) for row in rows if row.get("do") in NAMES
    ]
