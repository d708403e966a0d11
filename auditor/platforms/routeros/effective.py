"""What a device itself shows of its configuration: effective values, and what its export does not hold.

`print detail` shows every property of an item, inherited ones and defaults included, and items that something else
made (flag D). An account that may not see all of a device gets an export that lacks items and says nothing about it:
what `print` lists and the export does not hold shows that.
"""

from collections.abc import Iterator, Mapping

from auditor.model import Unknown
from auditor.platforms.routeros.config import Shown
from auditor.platforms.routeros.outputs import (
    ADDRESSES,
    CAPSMAN,
    DHCP_SERVERS,
    FILTER_COUNT,
    NAT_COUNT,
    WIFI,
    WIFIWAVE2,
    WIRELESS,
    rows,
)
from auditor.services.reading import Reading

SHOWN = {
    "ip dhcp-server": (DHCP_SERVERS,),
    "interface wifi": (WIFI, WIFIWAVE2),
    "interface wireless": (WIRELESS,),
    "caps-man actual-interface-configuration": (CAPSMAN,),
}
"""Menu → outputs that show all properties of its items, under the names that exports use."""

_COUNTED = {"ip firewall filter": FILTER_COUNT, "ip firewall nat": NAT_COUNT}
_NAMED = {"ip dhcp-server": DHCP_SERVERS}
_ADDRESSED = {"ip address": ADDRESSES}


def effective(reading: Reading) -> dict[str, dict[str, dict[str, Shown]]]:
    """Return menu → name of an item → property → what the device shows. The flag X is shown as `disabled`.

    An item whose name stands there twice is left out, and so is a property that does.
    """
    found: dict[str, dict[str, dict[str, Shown]]] = {}
    for menu, paths in SHOWN.items():
        for path in paths:
            for row in rows(reading, path):
                name = row.text("name")
                if name and name not in found.get(menu, {}):
                    found.setdefault(menu, {})[name] = {
                        "disabled": Shown("yes" if "X" in row.flags else "no", reading.span(path, row.first)),
                        **{
                            key: Shown(value, reading.span(path, line))
                            for key, (value, line) in row.properties.items()
                            if key not in row.twice
                        },
                    }
    return found


def hidden(
    reading: Reading, *, counts: Mapping[str, int], named: Mapping[str, frozenset[str]]
) -> Mapping[str, Unknown]:
    """Return, for each menu of which the export lacks items that the device has, why nothing can be said of it.

    `counts` is how many items the export adds to a menu, `named` their names; for `/ip address` their addresses.
    """
    return dict((*_uncounted(reading, counts), *_unnamed(reading, named)))


def _uncounted(reading: Reading, counts: Mapping[str, int]) -> Iterator[tuple[str, Unknown]]:
    """`print count-only where !dynamic`: RouterOS exports each of these, switched off or not."""
    for menu, path in _COUNTED.items():
        text = "".join(reading.lines(path)).strip()
        if text.isascii() and text.isdecimal() and len(text) < 10:
            span = reading.understood(reading.span(path, 1))
            if int(text) > counts.get(menu, 0):
                why = f"the export holds {counts.get(menu, 0)} items of /{menu}, and the device {int(text)}"
                yield menu, Unknown(why, span, _advice(reading))


def _unnamed(reading: Reading, named: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Unknown]]:
    for key, outputs in (("name", _NAMED), ("address", _ADDRESSED)):
        for menu, path in outputs.items():
            for row in rows(reading, path):
                name = row.text(key)
                if name and "D" not in row.flags and name not in named.get(menu, frozenset()):
                    span = reading.span(path, row.first)
                    yield (
                        menu,
                        Unknown(f"the export lacks an item of /{menu} that the device has", (span,), _advice(reading)),
                    )
                    break


def _advice(reading: Reading) -> str:
    return f"collect {reading.device} again, with an account whose group may see all of its configuration"
