"""What does not belong into the project: paths of one machine, hosts of registries, real secrets, real people."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, files, text

BINARY = (".png", ".jpg", ".ogg", ".pdf", ".ico", ".webp", ".gz")
# What customers write is what they write: some of it looks like a note to oneself.
CUSTOMERS_WORDS = ("nlu/data/", "nlu/evaluation/")
# Written so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/|/tm[p]/(?!religa)\w+",
    "a package registry's host": r"pyp[i]\.org|pythonhoste[d]\.org|test\.pyp[i]|deb\.debia[n]\.org|registry\.np[m]js",
    "an index option": r"--extra-inde[x]-url|PIP_INDE[X]_URL|UV_DEFAUL[T]_INDEX",
    "a private key": r"BEGI[N] (?:RSA |EC |OPENSSH )?PRIVATE KE[Y]",
    "an access token": r"EAA[A-Za-z0-9]{30,}|SK[0-9a-f]{32}|ghp_[A-Za-z0-9]{30,}",
    "unfinished work": r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b",
    "words about how it was made": r"(?i)\b(?:su[b]-?agents?|claud[e]|anthropi[c]|chatgp[t]|copilo[t])\b",
}


@pytest.mark.parametrize("path", [path for path in files() if not path.endswith(BINARY)])
def test_file_holds_nothing_that_does_not_belong(path: str) -> None:
    for what, pattern in FORBIDDEN.items():
        if path.startswith(CUSTOMERS_WORDS) and what in {"unfinished work", "words about how it was made"}:
            continue
        found = re.search(pattern, text(path))
        assert found is None, f"{path}: {what}: {found.group()}"


def test_pictures_are_light() -> None:
    heavy = [path for path in files() if path.endswith(BINARY) and (ROOT / path).stat().st_size > 300_000]
    assert not heavy
