"""The RADIUS dictionary that pyrad needs and does not ship, and the NAS's reasons for a no."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyrad.dictionary import Dictionary

SESSION_NOT_FOUND = 503
MISSING_ATTRIBUTE = 402
UNSUPPORTED = 405

# RFC 5176, section 3.5.
ERROR_CAUSES = {
    201: "Residual-Context-Removed",
    202: "Invalid-EAP-Packet",
    401: "Unsupported-Attribute",
    402: "Missing-Attribute",
    403: "NAS-Identification-Mismatch",
    404: "Invalid-Request",
    405: "Unsupported-Service",
    406: "Unsupported-Extension",
    407: "Invalid-Attribute-Value",
    501: "Administratively-Prohibited",
    502: "Request-Not-Routable",
    503: "Session-Context-Not-Found",
    504: "Session-Context-Not-Removable",
    505: "Other-Proxy-Processing-Error",
    506: "Resources-Unavailable",
    507: "Request-Initiated",
    508: "Multiple-Session-Selection-Unsupported",
}


@cache
def attributes() -> Dictionary:
    """The project's own dictionary file, read once: it is needed on machines without Debian's FreeRADIUS."""
    return Dictionary(str(Path(__file__).with_name("dictionary.radius")))
