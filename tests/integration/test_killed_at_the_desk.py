"""Restart in the middle: all that the desk does is killed at each moment and done again; nothing is lost or twice."""

from __future__ import annotations

import pytest

from core.db import Database
from tests.conftest import emptied
from tests.integration.desk_acts import ACTS, Act
from tests.integration.killing import killed, outcome

MOST_MOMENTS = 60


@pytest.mark.parametrize("act", ACTS, ids=[act.__name__ for act in ACTS])
def test_act_that_is_killed_at_any_moment_and_done_again_is_done_once(db: Database, act: Act) -> None:
    press = act(db)
    untouched = outcome(db)
    press()
    wanted = outcome(db)
    assert wanted != untouched
    for moment in range(MOST_MOMENTS):
        emptied(db.engine)
        press = act(db)
        with killed(moment) as killer:
            press()
        if not killer.died:
            break
        press()
        assert outcome(db) == wanted, f"killed at moment {moment}"
    assert 2 <= moment < MOST_MOMENTS - 1
