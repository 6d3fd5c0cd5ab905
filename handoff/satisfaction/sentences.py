"""The few sentences in which customers are asked, by language, as they are shipped. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.sentence import Sentence

BUTTON, ROW = 20, 24
"""How many characters WhatsApp shows of a button, and of a row in a list."""
SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Words:
    """`rows` are the scores' titles, the best first. `farewell` has {protocol} in it."""

    farewell: str
    question: str
    button: str
    rows: tuple[str, ...]
    comment: str
    thanks: str


_SHIPPED: Mapping[str, Words] = {
    "pt_BR": Words(
        farewell=(
            "Atendimento encerrado. Seu protocolo é {protocol}. "
            "Se precisar de mais alguma coisa, é só escrever aqui. 👋"
        ),
        question="Como foi este atendimento? Toque em *Avaliar* e escolha.",
        button="Avaliar",
        rows=("⭐⭐⭐⭐⭐ Ótimo", "⭐⭐⭐⭐ Bom", "⭐⭐⭐ Mais ou menos", "⭐⭐ Ruim", "⭐ Péssimo"),
        comment=(
            "Obrigada por avaliar, e sinto muito que não tenha sido bom. "
            "Me conta em uma mensagem o que aconteceu? A supervisão vai ler."
        ),
        thanks="Obrigada por contar. A supervisão vai ler com atenção. 💙",
    ),
    "es": Words(
        farewell=(
            "Atención finalizada. Su protocolo es {protocol}. Si necesita algo más, basta con escribir por aquí. 👋"
        ),
        question="¿Cómo fue esta atención? Toque *Calificar* y elija.",
        button="Calificar",
        rows=("⭐⭐⭐⭐⭐ Excelente", "⭐⭐⭐⭐ Buena", "⭐⭐⭐ Más o menos", "⭐⭐ Mala", "⭐ Pésima"),
        comment=(
            "Gracias por calificar, y lamentamos que no haya sido buena. "
            "¿Nos cuenta en un mensaje qué pasó? La supervisión lo va a leer."
        ),
        thanks="Gracias por contarnos. La supervisión lo va a leer con atención. 💙",
    ),
}


def survey_sentences(language: str) -> dict[str, Sentence]:
    """The shipped sentences of a language, by name: a house may say each in its own words. Raises KeyError for a
    language that has none."""
    words = _SHIPPED[language]
    found = [
        Sentence("survey.farewell", words.farewell),
        Sentence("survey.question", words.question),
        Sentence("survey.button", words.button, BUTTON),
        *(Sentence(f"survey.score_{score}", row, ROW) for score, row in zip(SCORES, words.rows, strict=True)),
        Sentence("survey.comment", words.comment),
        Sentence("survey.thanks", words.thanks),
    ]
    return {sentence.name: sentence for sentence in found}
