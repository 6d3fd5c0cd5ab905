"""How people shorten words, hit the wrong key and spell by ear: the tables of nlu.noise (also used inside Rasa)."""

from __future__ import annotations

import re

_NO = "nao n naum nom nn non nunca nem nenhum nenhuma ninguem ngm jamais sem nada nd tampouco negativo"
NEGATIONS = frozenset(_NO.split())
"""Folded words that turn a sentence round: never made, never taken away, only spelt in another way."""

NOT = ("não", "nao", "n", "naum", "ñ")
"""The spellings of "não"."""
SHORT = {
    "voce": ("vc", "ce", "vce"),
    "voces": ("vcs", "ces"),
    "que": ("q", "ki"),
    "tambem": ("tb", "tbm"),
    "hoje": ("hj", "oje"),
    "porque": ("pq",),
    "quando": ("qd", "qndo"),
    "quanto": ("qto", "qnto"),
    "mesmo": ("msm", "memo"),
    "muito": ("mt", "mto", "mui"),
    "depois": ("dps",),
    "para": ("pra", "p"),
    "com": ("c",),
    "beleza": ("blz",),
    "obrigado": ("obg", "brigado"),
    "obrigada": ("obg", "brigada"),
    "internet": ("net", "internete", "inter"),
    "mensagem": ("msg",),
    "telefone": ("tel", "fone"),
    "tudo": ("td",),
    "aqui": ("aki", "aq"),
    "estou": ("to", "tô"),
    "esta": ("ta", "tá"),
    "quero": ("qro", "kero"),
    "cade": ("kd",),
    "falar": ("flr",),
    "agora": ("agr",),
    "pagamento": ("pgto",),
    "comprovante": ("comprov",),
    "problema": ("pobrema", "prob"),
    "whatsapp": ("zap", "wpp"),
    "endereco": ("end", "enderço"),
    "minutos": ("min",),
    "senhor": ("sr",),
    "verdade": ("vdd",),
    "cartao": ("cartaum",),
    "valeu": ("vlw",),
    "tchau": ("xau",),
    "por favor": ("pfv", "pf", "pfvr"),
    "o que": ("oq",),
    "por que": ("pq",),
}
"""Folded word or phrase to its abbreviations."""

ROWS = ("qwertyuiop", "asdfghjklç", "zxcvbnm")
"""The letters of a Brazilian keyboard (ABNT2); a key's neighbours lie beside, above and below it."""

BY_EAR = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"ando$", "ano"),
        (r"endo$", "eno"),
        (r"indo$", "ino"),
        (r"([aei])r$", r"\1"),
        (r"ç", "ss"),
        (r"ss", "ç"),
        (r"ch", "x"),
        (r"x", "ch"),
        (r"(?<=[aeiou])s(?=[aeiou])", "z"),
        (r"z$", "s"),
        (r"(?<=[aeiou])z(?=[aeiou])", "s"),
        (r"qu(?=[ei])", "k"),
        (r"ão$", "aum"),
        (r"ão$", "am"),
        (r"am$", "ão"),
        (r"em$", "en"),
        (r"m(?=[pb])", "n"),
        (r"lh", "li"),
        (r"ou(?=$|[^u])", "o"),
        (r"ei(?=[rjx])", "e"),
        (r"l$", "u"),
        (r"e$", "i"),
        (r"o$", "u"),
        (r"^h", ""),
        (r"^es(?=[tpc])", "is"),
        (r"^in", "en"),
        (r"rr", "r"),
        (r"g(?=[ei])", "j"),
    )
)
"""Spelling by ear: a pattern over a word in small letters, and what is written instead."""

BEFORE = (
    "oi",
    "oi,",
    "olá",
    "ola",
    "opa",
    "bom dia",
    "boa tarde",
    "boa noite,",
    "então",
    "moço",
    "moça,",
    "amigo",
    "ô",
)
AFTER = ("por favor", "pfv", "pf", "por gentileza", "aí", "viu", "né")
FACES = ("🙏", "😅", "🙂", "😕", "👀", "😬")
"""What people put around a message without saying more by it: greetings, fillers, faces."""
