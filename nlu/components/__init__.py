"""Components that run inside Rasa on Python 3.10; the application never imports them."""
