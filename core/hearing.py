"""How sure a machine has to be of the words that it heard."""

from __future__ import annotations

# A transcript's confidence is the mean over its words: below this about two in five are guesses, and one of them may be
# the word that matters. Nothing is done on such words before they are confirmed.
SURE_HEARING = 0.6
