"""hostapd's command line: which files it reads.

Source: hostap 2.10 hostapd/main.c. Debian's units add `-B -P FILE`; `-b PHY:FILE` is one BSS of a radio in a file.
"""

import re
from dataclasses import dataclass

_WITH_VALUE = frozenset("befgGiPuv")
_GENERATED = re.compile(r"(?:/tmp|/var)?/run/hostapd[-.][^/]*\.conf")


@dataclass(frozen=True, slots=True)
class Configured:
    """One file of a command line. `phy` is set for a file of a single BSS (`-b`)."""

    path: str
    phy: str = ""

    @property
    def generated(self) -> bool:
        """Whether another program wrote it, as OpenWrt's scripts do: its hostapd knows more keys."""
        return _GENERATED.fullmatch(self.path) is not None


def configured(arguments: tuple[str, ...]) -> tuple[Configured, ...]:
    """Return the files of a command line (without the program), in order; relative paths are left out."""
    found: list[Configured] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "--":
            found += map(Configured, words)
            break
        if not word.startswith("-") or word == "-":
            found.append(Configured(word))
            continue
        for at, letter in enumerate(word[1:], start=1):
            if letter not in _WITH_VALUE:
                continue
            value = word[at + 1 :] or (words.pop(0) if words else "")
            if letter == "b":
                phy, _, path = value.rpartition(":")
                found.append(Configured(path, phy or "?"))
            break
    return tuple(dict.fromkeys(each for each in found if each.path.startswith("/")))
