"""The serial number of an ONU in one form: four letters of the maker and eight hexadecimal digits."""

from __future__ import annotations

import re

_PRINTED = re.compile(r"[A-Z0-9]{4}[0-9A-F]{8}")
_HEX = re.compile(r"[0-9A-F]{16}")


def onu_serial(written: str) -> str:
    """`HWTC1234ABCD` for any of the forms that OLTs, labels and people write it in; "" for what is no serial.

    Taken are `48575443-1234ABCD` and `485754431234ABCD` (ITU-T G.984.3: the maker's letters as ASCII codes), spaces,
    dashes and colons in between, lower case, and a `(HWTC-1234ABCD)` behind it.
    """
    plain = re.sub(r"[\s:\-_.]", "", written.partition("(")[0].upper().removeprefix("0X"))
    if _HEX.fullmatch(plain):
        maker = bytes.fromhex(plain[:8])
        if maker.isalnum():
            return maker.decode("ascii").upper() + plain[8:]
    return plain if _PRINTED.fullmatch(plain) else ""
