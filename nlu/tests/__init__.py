"""Tests of the components, run by Rasa's own interpreter: python -m unittest discover -s nlu/tests -t ."""
