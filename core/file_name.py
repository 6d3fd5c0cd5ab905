"""What a file may be called, whoever named it."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120


def plain_name(name: str) -> str:
    """A file's name as a person may see it and a browser may save it: no folders, nothing invisible, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    # Among the invisible is what turns the direction of writing around, so that "exe.pdf" ends in "fdp.exe".
    seen = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    seen = seen.strip(" .")
    stem, dot, ending = seen.rpartition(".")
    if len(seen) > LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return seen[:LONGEST_NAME]
