"""The few sentences in which customers are asked, by their language. One bubble each: every bubble is paid for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """`rows` are the scores' titles, the best first; at most 24 characters, `button` 20."""

    farewell: str
    question: str
    button: str
    rows: tuple[str, ...]
    comment: str


WORDS = {
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
    ),
}


def words_in(language: str) -> Words:
    """The sentences of a language. Raises KeyError for one that has none."""
    return WORDS[language]
