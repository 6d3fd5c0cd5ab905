"""The models of the registry as Rasa agents: the promoted one answers, the one in the shadow only adds its opinion."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.core.agent import Agent
from rasa.shared.exceptions import RasaException

from nlu.registry import CURRENT, SHADOW, Registry

_TRAIN = "python -m nlu.train --force"


class CannotRead(Exception):
    """A model that cannot be used; the text names the file and what to run."""


class ReadingAgent(Agent):
    """An agent whose parses carry the opinion of a second model, for a comparison on live messages."""

    shadow: Optional[Agent] = None

    async def parse_message(self, message_data: Text) -> Dict[Text, Any]:
        """Rasa's parse; with a shadow, its intent stands under `shadow`. A shadow that fails is silent."""
        parsed = await super().parse_message(message_data)
        if self.shadow is not None:
            parsed["shadow"] = await _opinion(self.shadow, message_data)
        return parsed


async def _opinion(shadow: Agent, text: Text) -> Optional[Dict[Text, Any]]:
    try:
        other = await shadow.parse_message(text)
        return {"intent": other["intent"]["name"], "confidence": other["intent"]["confidence"], "model": other["model"]}
    except (RasaException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # It was asked out of curiosity: nothing that goes wrong there may touch the answer.
        return None


class Reader:
    """Loads what a registry's pointers name."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of nlu.registry.Registry."""
        self._registry = Registry(folder)

    def pointers(self) -> Dict[Text, Text]:
        """The fingerprints that answer and read along, as they stand now."""
        found = self._registry.pointers()
        return {name: found[name] for name in (CURRENT, SHADOW) if name in found}

    def files(self) -> List[Tuple[Text, int, int]]:
        """What tells one state of the pointed files from another: also a file that was made anew under its name."""
        found = []
        for name, fingerprint in self.pointers().items():
            path = self._registry.path(fingerprint)
            about = path.stat() if path.is_file() else None
            found.append((f"{name} {fingerprint}", about.st_ino if about else 0, about.st_mtime_ns if about else 0))
        return found

    def load(self) -> ReadingAgent:
        """The promoted model with its shadow. Raises CannotRead for a model that is missing, damaged or foreign.

        A shadow that cannot be read is said to be so and left out: it answers nobody.
        """
        wanted = self.pointers()
        agent = self._read(ReadingAgent(), wanted.get(CURRENT, ""))
        if wanted.get(SHADOW):
            try:
                agent.shadow = self._read(Agent(), wanted[SHADOW])
            except CannotRead as problem:
                print(f"nlu: sem modelo na sombra. {problem}", file=sys.stderr, flush=True)
        return agent

    def _read(self, agent: Any, fingerprint: Text) -> Any:
        if not fingerprint:
            raise CannotRead(f"Falta o modelo {self._registry.folder / CURRENT}. Rode: {_TRAIN}")
        return read_model(agent, self._registry.path(fingerprint))


def read_model(agent: Any, path: Path) -> Any:
    """The agent with the model of this file. Raises CannotRead for one that is missing, damaged or foreign."""
    if not path.is_file():
        raise CannotRead(f"Falta o modelo {path}. Rode: {_TRAIN}")
    try:
        # Read to the end first: Rasa would load half of a file that was cut short.
        with tarfile.open(path, "r:gz") as archive:
            for _ in archive:
                pass
        agent.load_model(path)
    except Exception as error:
        # Whatever it is (cut short, another version's classes): one sentence with the file and the way out.
        raise CannotRead(
            f"O modelo {path} não pode ser lido ({type(error).__name__}): está danificado ou foi treinado por outra"
            f" versão. Rode: {_TRAIN}"
        ) from error
    return agent
