"""`/ip firewall connection tracking`: whether connections are known, and after which silence they are forgotten.

Source: MikroTik's manual, "Connection tracking": `enabled=auto` tracks as soon as there is a firewall rule; without
tracking, NAT and all conditions about connections stop working.
"""

from auditor.model import ConnectionTracking, Fact, Listed, Unknown
from auditor.platforms.routeros.config import Config, Convert, T
from auditor.platforms.routeros.outputs import TRACKING
from auditor.platforms.routeros.times import duration
from auditor.services.reading import Reading
from auditor.syntax.routeros_print import parse_pairs

MENU = "ip firewall connection tracking"
_TIMER = "tcp-established-timeout"


def connection_tracking(config: Config, reading: Reading) -> Listed[ConnectionTracking]:
    """The timer of established TCP connections; nothing where connections are not tracked."""
    enabled = _enabled(config, reading)
    if not isinstance(enabled, Unknown) and enabled.value == "no":
        return Listed()
    timer = _setting(config, reading, _TIMER, duration)
    return Listed((ConnectionTracking(config.device, "connection tracking", timer),))


def tracked(config: Config, reading: Reading) -> tuple[bool, tuple[Unknown, ...]]:
    """Whether connections are known for certain; if not, why translations may not happen."""
    enabled = _enabled(config, reading)
    if isinstance(enabled, Unknown):
        return False, (enabled,)
    if enabled.value == "no":
        why = "connection tracking is switched off, and without it no address is translated"
        return False, (Unknown(why, enabled.spans, "see which address the other side gets"),)
    return True, ()


def _enabled(config: Config, reading: Reading) -> Fact[str]:
    return _setting(config, reading, "enabled", _word)


def _setting(config: Config, reading: Reading, name: str, convert: Convert[T]) -> Fact[T]:
    """What a line says, else what the device shows of itself, else the documented default."""
    item = config.settings(MENU)
    stated = config.stated(item, name, convert) if item is not None else None
    if stated is not None and not config.holes(MENU):
        return stated
    shown = reading.once(parse_pairs, TRACKING).get(name)
    if shown is not None:
        return reading.stated(shown[0], convert, reading.span(TRACKING, shown[1]), what=name)
    return config.setting(MENU, name, convert)


def _word(text: str) -> str:
    if text not in ("yes", "no", "auto"):
        raise ValueError("neither yes, no nor auto")
    return text
