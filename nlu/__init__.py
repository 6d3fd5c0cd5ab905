"""Understanding: from a customer's text to an intent with a confidence, over HTTP to Rasa in its own environment."""
