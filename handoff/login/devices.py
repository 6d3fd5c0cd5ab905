"""Tells a person's sessions apart, in words: the browser and its system, and an address without its end."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

# The first that fits: browsers name those they are made from, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """`Chrome no Windows`; `Navegador desconhecido` where nothing fits."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Navegador desconhecido")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} no {system}" if system else browser


def masked_address(address: str | None) -> str:
    """The network of it: `187.10.*.*`, `2804:14d:*`. Empty for none."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(known, IPv4Address):
        return ".".join(str(known).split(".")[:2]) + ".*.*"
    return ":".join(part.lstrip("0") or "0" for part in known.exploded.split(":")[:2]) + ":*"
