"""Who may join by MAC address.

The accept list comes first, then the deny list, then `macaddr_acl`: 0 lets all others in, 1 nobody, 2 asks RADIUS.
Source: hostap 2.10 src/ap/ieee802_11_auth.c, hostapd_check_acl.
"""

from dataclasses import dataclass

from auditor.model import Fact, Known, MacPolicy, Span, Stated, Unknown, known_like
from auditor.services.base import Include
from auditor.services.hostapd.settings import Settings
from auditor.syntax.hostapd_conf import Setting
from auditor.syntax.hostapd_maclist import parse

ACCEPT, DENY = "accept_mac_file", "deny_mac_file"


@dataclass(frozen=True, slots=True)
class _Listed:
    macs: tuple[str, ...]
    spans: tuple[Span, ...]
    hole: Unknown | None


def policy(view: Settings) -> Fact[MacPolicy]:
    """What the lists do; a deny list counts only while others are let in."""
    rule = view.number("macaddr_acl")
    denied = tuple(map(view.span, view.all(DENY)))
    if isinstance(rule, Unknown):
        return rule
    match rule.value:
        case 0 if denied:
            return known_like(MacPolicy.DENY_LISTED, Stated(None, denied), rule)
        case 0:
            return known_like(MacPolicy.OFF, rule)
        case 1:
            return known_like(MacPolicy.ALLOW_LISTED, rule)
        case _:
            why = f"BSS {view.section.name} asks a RADIUS server about each MAC address (macaddr_acl)"
            settle = "look at the RADIUS server, or see whether the readers are let in"
            return Unknown(f"{why}, whose list is not visible here", rule.spans, settle)


def listed(view: Settings) -> Fact[tuple[str, ...]]:
    """The addresses that the policy is about."""
    rule = policy(view)
    accepted, denied = _files(view, ACCEPT), _files(view, DENY)
    match rule:
        case Unknown() as unknown:
            return unknown
        case known if known.value is MacPolicy.ALLOW_LISTED:
            return accepted.hole or _written(accepted.macs, accepted, known)
        case known if known.value is MacPolicy.DENY_LISTED:
            left = tuple(mac for mac in denied.macs if mac not in accepted.macs)
            return denied.hole or accepted.hole or _written(left, denied, known)
        case known:
            return known_like((), known)


def _written(macs: tuple[str, ...], found: _Listed, rule: Known[MacPolicy]) -> Fact[tuple[str, ...]]:
    """What the files list, whatever makes it count."""
    return Stated(macs, found.spans) if found.spans else known_like(macs, rule)


def _files(view: Settings, key: str) -> _Listed:
    """Join the lists that the lines of one key name: every such line adds to the one list."""
    reading = view.reading
    macs: dict[str, None] = {}
    spans: list[Span] = []
    hole: Unknown | None = None
    for setting in view.all(key):
        line = view.span(setting)
        for path in reading.included(Include(setting.value), line):
            found = parse("\n".join(reading.lines(path)))
            reading.irrelevant(path, found.ignored)
            entries = tuple(reading.span(path, entry.line) for entry in found.entries)
            spans += reading.understood(*entries) or (line,)
            # What a minus takes off may have come from an earlier file.
            for entry in found.entries:
                if entry.removes:
                    macs.pop(entry.mac, None)
                else:
                    macs[entry.mac] = None
            for number in found.unreadable:
                reading.unknown(path, number, "")
                why = f"{path} has a line that is no MAC address, with which hostapd does not start"
                hole = Unknown(why, (reading.span(path, number),), "correct the line")
        if reading.file(setting.value) is None:
            missing = reading.missing(setting.value)
            hole = Unknown(missing.why, (line,), missing.settle)
    return _Listed(tuple(macs), tuple(spans), hole)


def lines_of_files(view: Settings, *, accepting: bool) -> tuple[Setting, ...]:
    """The lines that name files of the accept list, or of the deny list."""
    return view.all(ACCEPT if accepting else DENY)
