"""Names in wireless configuration: they may hold blanks, and IOS-XE quotes them in some places and not in others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WlanHead:
    """What stands behind `wlan`: profile name, number, SSID. `sure`: whether it can be taken apart in one way only.

    Without an SSID the profile name is the SSID. Source: Cisco Catalyst 9800 configuration guide, "WLANs", creating a
    WLAN (CLI).
    """

    profile: str
    number: str
    ssid: str
    sure: bool


def wlan_head(text: str) -> WlanHead | None:
    """Take `pos 1 SHOP-POS` apart, also where names hold blanks or stand in quotes; None if it is no such head."""
    quoted, rest = _quoted(text)
    if quoted is not None:
        number, _, ssid = rest.partition(" ")
        return _head(quoted, number, ssid, sure=True) if _is_number(number) else None
    words = text.split(" ")
    places = [index for index, word in enumerate(words) if index and _is_number(word)]
    if not places:
        return None
    first = places[0]
    return _head(" ".join(words[:first]), words[first], " ".join(words[first + 1 :]), sure=len(places) == 1)


def _head(profile: str, number: str, ssid: str, *, sure: bool) -> WlanHead:
    return WlanHead(profile, number, plain(ssid.strip()) or profile, sure)


def mapping(text: str) -> tuple[str, str] | None:
    """Take `pos policy P` of a policy tag apart: the WLAN profile and the policy profile."""
    quoted, rest = _quoted(text)
    if quoted is not None:
        return (quoted, plain(rest[7:].strip())) if rest.startswith("policy ") else None
    wlan, found, policy = text.partition(" policy ")
    return (wlan.strip(), plain(policy.strip())) if found and wlan.strip() and policy.strip() else None


def plain(text: str) -> str:
    """A name without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _quoted(text: str) -> tuple[str | None, str]:
    """The name in quotes that a text begins with, and what follows."""
    if not text.startswith('"') or '"' not in text[1:]:
        return None, text
    end = text.index('"', 1)
    return text[1:end], text[end + 1 :].strip()


def _is_number(word: str) -> bool:
    """Whether a word can be the number of a WLAN, 1 to 4096 (YANG: wlan-id)."""
    return word.isascii() and word.isdecimal() and len(word) <= 4 and 1 <= int(word) <= 4096
