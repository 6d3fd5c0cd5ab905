"""Rasa tokenizer for chat: surface offsets are kept, the regular words stand in each token's lemma."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.components.normalise import pieces
from nlu.guards import MAX_CHARACTERS
from nlu.languages import PORTUGUESE


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ChatTokenizer(Tokenizer):
    """Splits at blanks; `lemma` holds the normal form, which may be several words or a class such as `cpftok`."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Intents are never split; `language` is that of the customers."""
        fixed = {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}
        return {**fixed, "language": PORTUGUESE}

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        """The tokens of one attribute of the message, in order, with offsets into its text."""
        return [
            Token(piece.text, piece.start, piece.end, lemma=piece.words or piece.text)
            for piece in pieces(message.get(attribute)[:MAX_CHARACTERS], self._config["language"])
        ]
