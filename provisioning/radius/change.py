"""What a CoA has to say so that an open session becomes what its new group says."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.radius.dictionary import attributes

# They steer FreeRADIUS and never reach a NAS.
_INTERNAL = frozenset({"Fall-Through", "Reply-Message"})
# An address is given when a session begins: only a new session gets another.
_AT_START = frozenset({"Framed-Pool", "Framed-IP-Address"})


def change(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str] | None:
    """The attributes of the new group, and an empty value for each that only the old one had.

    None where a CoA cannot do it: what differs is given at a session's start, cannot be unset, or is not known to us.
    """
    differing = {name for name in {*old, *new} - _INTERNAL if old.get(name) != new.get(name)}
    known = attributes()
    for name in differing:
        if name in _AT_START or name not in known or (name not in new and known[name].type != "string"):
            return None
    return {name: new.get(name, "") for name in sorted(differing)}
