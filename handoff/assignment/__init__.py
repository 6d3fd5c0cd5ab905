"""Who gets what: who is there, how much they have, and the next conversation for each of them."""
