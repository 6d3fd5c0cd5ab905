"""A small storm: customers write while WhatsApp misbehaves and every process is killed; then all adds up."""

from __future__ import annotations

import pytest

from bench.storm import Storm, run

# What is answered, repeated and killed when depends on the machine; that nothing is missing does not.
SMALL = Storm(messages=300, seconds=20, kill_every=20, rounds=1, seed=4, hurry=True)


@pytest.mark.timeout(600)
def test_every_message_is_answered_once_or_shown_to_a_person_in_a_storm() -> None:
    reckoning, kills = run(SMALL)
    print(reckoning.table())
    assert {name.partition(".")[0] for name in kills} >= {"web", "turns", "outbound", "network", "clock", "postgres"}
    assert [(line.text, line.count, line.names) for line in reckoning.faults] == []
    assert reckoning.lines[2].count == SMALL.messages
