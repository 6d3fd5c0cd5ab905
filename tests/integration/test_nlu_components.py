"""The components' own tests pass in the interpreter they run in."""

from __future__ import annotations

import subprocess

import pytest

from nlu.environment import NLU, environment_python
from nlu.train import rasa_environment


def test_components_keep_their_promises_in_rasas_environment() -> None:
    if not environment_python().exists():
        pytest.skip("Rasa's environment is missing: python -m nlu.environment")
    command = [str(environment_python()), "-m", "unittest", "discover", "-s", "nlu/tests", "-t", "."]
    done = subprocess.run(
        command, cwd=NLU.parent, env=rasa_environment(), capture_output=True, text=True, check=False, timeout=170
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 0 tests" not in done.stderr
