"""The few words by which a customer refuses marketing, or asks for it again: only where they are the whole message."""

from __future__ import annotations

import re
from typing import Literal

from nlu.folding import fold

# "Cancelar", "quero sair", "pare" and "baja" alone are not among them: customers end contracts and visits with such
# words, and stop a step of a test.
# In both languages at once: whoever refuses in the other one refuses all the same.
_OUT = frozenset(
    """sair|parar|stop|sair da lista|sair das promocoes|parar promocoes
    |parar de receber|parar de receber promocoes|parar mensagens|parar propaganda|cancelar promocoes|cancelar promocao
    |cancelar propaganda|cancelar propagandas|cancelar marketing|cancelar ofertas|nao quero promocoes|nao quero promocao
    |nao quero mais promocoes|nao quero propaganda|nao quero mais propaganda|nao quero ofertas|sem promocoes
    |nao quero receber promocoes|nao quero mais receber promocoes|nao quero receber propaganda|chega de propaganda
    |salir|salir de la lista|no quiero promociones|no quiero mas promociones|cancelar promociones
    |no quiero publicidad|cancelar publicidad|parar promociones|no quiero recibir promociones|no quiero ofertas
    """.replace("\n", "").split("|")
)
_IN = frozenset(
    """quero promocoes|quero receber promocoes|quero ofertas|quero receber ofertas|voltar a receber promocoes
    |voltar promocoes|aceito promocoes|aceito receber promocoes|pode mandar promocoes
    |quiero promociones|quiero recibir promociones|quiero ofertas|volver a recibir promociones|acepto promociones
    """.replace("\n", "").split("|")
)
_BACK = frozenset({"voltar", "volver"})
Decision = Literal["in", "out"]
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_PLEASE = re.compile(r"^(?:por favor|pf|pfv) | (?:por favor|pf|pfv|obrigad[oa]|gracias)$")
_LONGEST = 60

_out, _in = ({" ".join(words.split()) for words in listed} for listed in (_OUT, _IN))


def decision_in(text: str) -> Decision | None:
    """What a whole message decides about marketing; None where it says anything else, or more. Case, accents,
    punctuation and a "please" do not matter."""
    words = _plain(text)
    return "out" if words in _out else "in" if words in _in else None


def asks_back(text: str) -> bool:
    """Whether the message is the bare word for coming back: it means marketing only right after that was refused."""
    return _plain(text) in _BACK


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    return _PLEASE.sub("", _NO_LETTER.sub(" ", fold(text)).strip())
