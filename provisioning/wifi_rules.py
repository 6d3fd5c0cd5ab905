"""What a Wi-Fi network may be called, and which passwords and channels it takes."""

from __future__ import annotations

from core.errors import Refused
from provisioning.cpe import WifiWish

CHANNELS = frozenset({0, *range(1, 14), *range(36, 65, 4), *range(100, 145, 4), *range(149, 166, 4)})


def check_wish(wish: WifiWish) -> None:
    """Raises Refused ("no_change", "wifi_name", "wifi_password" or "wifi_channel") with the reason in Portuguese."""
    if not wish.ssid and not wish.password and wish.channel is None:
        raise Refused("no_change", "Nada foi pedido para mudar no Wi-Fi.")
    if wish.ssid and not (1 <= len(wish.ssid.encode()) <= 32 and wish.ssid.isprintable()):
        raise Refused("wifi_name", "O nome do Wi-Fi precisa ter de 1 a 32 letras (acentos contam dobrado).")
    if wish.password and not (8 <= len(wish.password) <= 63 and all(" " <= sign <= "~" for sign in wish.password)):
        raise Refused("wifi_password", "A senha do Wi-Fi precisa ter de 8 a 63 caracteres, sem acentos.")
    if wish.channel is not None and wish.channel not in CHANNELS:
        raise Refused("wifi_channel", "Esse canal de Wi-Fi não existe: use 1 a 13, ou 36 a 165 em 5 GHz.")
