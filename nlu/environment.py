"""The Python 3.10 environment that Rasa needs: found, made and kept equal to nlu/requirements.txt."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NLU = Path(__file__).resolve().parent
ENVIRONMENT = NLU / ".venv"
REQUIREMENTS = NLU / "requirements.txt"
_STAMP = "religa-requirements.sha256"
_PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"


class NoPython(Exception):
    """No Python 3.10 on this machine; the text says what to install."""


def environment_python() -> Path:
    """The interpreter of Rasa's environment, whether or not it exists yet."""
    return ENVIRONMENT / "bin" / "python"


def find_python(uv: Path | None = None) -> Path:
    """A Python 3.10: NLU_PYTHON, python3.10 on PATH, pyenv's versions, then uv's own (which may download one).

    Raises NoPython, also when NLU_PYTHON is set to something that is not Python 3.10.
    """
    wanted = os.environ.get("NLU_PYTHON", "")
    if wanted:
        chosen = shutil.which(wanted)
        if chosen and _is_310(Path(chosen)):
            return Path(chosen)
        raise NoPython(f"NLU_PYTHON={wanted} não é um Python 3.10. Exemplo: NLU_PYTHON=/usr/bin/python3.10")
    on_path = shutil.which("python3.10")
    candidates = [Path(on_path)] if on_path else []
    candidates += _of_pyenv()
    for candidate in candidates:
        if _is_310(candidate):
            return candidate
    return _of_uv(uv)


def ensure(uv: Path | None = None) -> Path:
    """The interpreter of an environment that holds exactly the pinned packages.

    Made on the first call and again when the requirements change; otherwise returns at once. A run that was cut short
    leaves no stamp and is repeated. Raises NoPython, or CalledProcessError when uv fails (its output is shown).
    """
    stamp = ENVIRONMENT / _STAMP
    wanted = requirements_hash()
    if environment_python().exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return environment_python()
    uv = uv or find_uv()
    base = find_python(uv)
    _say(f"nlu: criando o ambiente do Rasa com {base} (leva alguns minutos na primeira vez)")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", base, ENVIRONMENT], check=True)
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--require-hashes"]
    subprocess.run([*install, "--python", environment_python(), "-r", REQUIREMENTS], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    _say("nlu: ambiente do Rasa pronto")
    return environment_python()


def requirements_hash() -> str:
    """Fingerprint of the pinned packages."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def find_uv() -> Path:
    """uv from UV, from PATH or from the project's .tools folder. Raises NoPython when there is none."""
    for name in (os.environ.get("UV", ""), "uv", str(NLU.parent / ".tools" / "uv"), str(NLU.parent / ".tools/bin/uv")):
        found = shutil.which(name) if name else None
        if found:
            return Path(found)
    raise NoPython("O programa uv não foi encontrado. Rode `make run` ou instale: https://docs.astral.sh/uv/")


def _of_pyenv() -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [path for path in (root / "versions").glob("3.10.*") if path.name.removeprefix("3.10.").isdigit()]
    folders.sort(key=lambda path: int(path.name.removeprefix("3.10.")), reverse=True)
    return [folder / "bin" / "python3.10" for folder in folders]


def _of_uv(uv: Path | None) -> Path:
    if uv is not None:
        for verb in ("find", "install", "find"):
            answer = subprocess.run([uv, "python", verb, "3.10"], capture_output=True, text=True, check=False)
            found = Path(answer.stdout.strip() or "-")
            if verb == "find" and answer.returncode == 0 and _is_310(found):
                return found
    raise NoPython(
        "O Rasa precisa do Python 3.10, que não foi encontrado (NLU_PYTHON, PATH, pyenv, uv). "
        "Instale-o com `uv python install 3.10` ou `pyenv install 3.10`, ou aponte: NLU_PYTHON=/caminho/python3.10"
    )


def _is_310(python: Path) -> bool:
    try:
        answer = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == "3.10"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        _say(str(ensure()))
    except NoPython as problem:
        sys.exit(str(problem))
