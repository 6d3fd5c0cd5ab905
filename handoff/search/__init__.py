"""Finding a customer or a conversation from what a person has at hand: a number, a name, a word that was said."""
