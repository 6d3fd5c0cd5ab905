"""Other systems of the provider: the tokens they come in with, and where they want to hear of what happened."""
