"""The trained models side by side on disk, and which of them answers, was left, or reads along in the shadow."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from nlu.languages import PORTUGUESE

NLU = Path(__file__).resolve().parent
FOLDER = NLU / "trained"
CURRENT, PREVIOUS, SHADOW = "current", "previous", "shadow"
_FINGERPRINT = re.compile(r"[0-9A-Za-z]{1,64}")


class UnknownModel(Exception):
    """There is no such model; the text says which there are and what to run."""


class WrongLanguage(UnknownModel):
    """The model reads another language than that of the customers; the text names both and the ways out."""


@dataclass(frozen=True)
class Facts:
    """What is known of a model: its fingerprint, when it was made (ISO, UTC), language, examples, and figures."""

    fingerprint: str
    trained_at: str
    language: str
    examples: int
    seconds: float


class Registry:
    """A folder with one `<fingerprint>.tar.gz` and `<fingerprint>.json` for each model, and small files that point.

    Models of several languages may lie side by side; only those of `language` are let answer.
    Pointers are replaced whole: who reads them sees the former model or the next, never half a name.
    """

    def __init__(self, folder: Path | None = None, language: str = "") -> None:
        """Without arguments, the folder and the language are those of the environment."""
        self.folder = folder or Path(os.environ.get("NLU_MODELS") or FOLDER)
        self.language = language or os.environ.get("CUSTOMER_LANGUAGE") or PORTUGUESE

    def path(self, fingerprint: str) -> Path:
        """Where the model of this fingerprint lies, whether or not it exists."""
        return self.folder / f"{fingerprint}.tar.gz"

    def has(self, fingerprint: str) -> bool:
        """True when that model was made and is there."""
        return bool(fingerprint) and self.path(fingerprint).is_file() and self._facts_path(fingerprint).is_file()

    def models(self) -> tuple[Facts, ...]:
        """All models that are whole, the newest first."""
        found: list[Facts] = []
        for path in self.folder.glob("*.json"):
            with suppress(UnknownModel):
                found.append(self.facts(path.stem))
        kept = [facts for facts in found if self.path(facts.fingerprint).is_file()]
        return tuple(sorted(kept, key=lambda facts: facts.trained_at, reverse=True))

    def facts(self, fingerprint: str) -> Facts:
        """What is known of a model. Raises UnknownModel, also for a file that cannot be read."""
        try:
            found = Facts(**json.loads(self._facts_path(fingerprint).read_text(encoding="utf-8")))
            if not (isinstance(found.fingerprint, str) and isinstance(found.trained_at, str)):
                raise TypeError("text expected")
            return found
        except (OSError, ValueError, TypeError) as error:
            where = f"Sem dados do modelo {fingerprint} em {self.folder}"
            raise UnknownModel(f"{where}. Rode: python -m nlu.train") from error

    def add(self, made: Path, facts: Facts) -> None:
        """Takes a trained file in. The facts come last: a model without them does not count as made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        os.replace(made, self.path(facts.fingerprint))
        self._write(f"{facts.fingerprint}.json", json.dumps(asdict(facts)))

    def pointed(self, pointer: str) -> str:
        """The fingerprint that a pointer names; nothing for one that is not set or holds something else."""
        try:
            named = (self.folder / pointer).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return named if _FINGERPRINT.fullmatch(named) else ""

    def find(self, beginning: str) -> str:
        """The full fingerprint of the one model that begins so. Raises UnknownModel for none or several."""
        every = [facts.fingerprint for facts in self.models()]
        found = [fingerprint for fingerprint in every if beginning and fingerprint.startswith(beginning)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(every) or "nenhum"
        raise UnknownModel(f"Modelo {beginning!r}: {len(found)} encontrados. Modelos treinados: {known}.")

    def promote(self, fingerprint: str) -> None:
        """Lets this model answer from now on; servers notice it by themselves. The one before is kept to go back to.

        Promoting the model that answers already changes nothing. Raises UnknownModel, or WrongLanguage.
        """
        self._must_be_readable(fingerprint)
        before = self.pointed(CURRENT)
        if before == fingerprint:
            return
        if self.has(before):
            self._write(PREVIOUS, before)
        self._write(CURRENT, fingerprint)
        shadow = self.pointed(SHADOW)
        if shadow == fingerprint or (self.has(shadow) and self.facts(shadow).language != self.language):
            self.shadow("")

    def go_back(self) -> str:
        """Lets the model before answer again, and keeps the one that is left for a way forward. Raises UnknownModel."""
        before = self.pointed(PREVIOUS)
        if not self.has(before):
            raise UnknownModel("Não há modelo anterior para voltar: só um foi promovido até agora.")
        self.promote(before)
        return before

    def shadow(self, fingerprint: str) -> None:
        """Lets this model read along without answering; nothing ends it. Raises UnknownModel, or WrongLanguage."""
        if not fingerprint:
            (self.folder / SHADOW).unlink(missing_ok=True)
            return
        self._must_be_readable(fingerprint)
        self._write(SHADOW, fingerprint)

    def forget_all_but(self, kept: int) -> list[str]:
        """Deletes old models but the newest `kept` and those that are pointed to; gives what was deleted."""
        needed = {self.pointed(pointer) for pointer in (CURRENT, PREVIOUS, SHADOW)}
        gone = [facts.fingerprint for facts in self.models()[kept:] if facts.fingerprint not in needed]
        for fingerprint in gone:
            self._facts_path(fingerprint).unlink(missing_ok=True)
            self.path(fingerprint).unlink(missing_ok=True)
        return gone

    def pointers(self) -> Mapping[str, str]:
        """Every pointer that is set."""
        return {name: found for name in (CURRENT, PREVIOUS, SHADOW) if (found := self.pointed(name))}

    def check_language(self, fingerprint: str) -> None:
        """Raises WrongLanguage for a model that does not read the language of the customers, UnknownModel for none."""
        read = self.facts(fingerprint).language
        if read != self.language:
            raise WrongLanguage(
                f"O modelo {fingerprint} lê {read}, e os clientes escrevem {self.language}."
                f" Rode: python -m nlu.train, ou ajuste CUSTOMER_LANGUAGE={read}"
            )

    def _must_be_readable(self, fingerprint: str) -> None:
        if not self.has(fingerprint):
            raise UnknownModel(f"Falta o modelo {self.path(fingerprint)}. Rode: python cli.py nlu train")
        self.check_language(fingerprint)

    def _facts_path(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}.json"

    def _write(self, name: str, text: str) -> None:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self.folder, prefix=".", delete=False) as file:
            file.write(text)
        os.replace(file.name, self.folder / name)
