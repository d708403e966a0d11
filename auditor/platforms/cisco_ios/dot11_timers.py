"""When an autonomous access point lets go of a station: silence, 802.1X reauthentication, RADIUS.

`dot11 activity-timeout unknown` is for all that is no Cisco Aironet device, so for readers. Source: Cisco, online help
of the access points' web pages, "Association: Activity Timeout"; "Configuring Authentication Types" (reauthentication).
"""

from datetime import timedelta

from auditor.model import Akm, Fact, Span, Stated, Unknown, known_like
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config

_EAP = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP})


def idle(config: Config, ssid: Block) -> Fact[timedelta | None]:
    """After which silence a reader is forgotten: the default of its class, or the maximum where that is less."""
    seconds: dict[str, str] = {}
    spans: list[Span] = []
    for line in config.top.each("dot11 activity-timeout unknown"):
        # Default and maximum may stand on one line or on two.
        seconds = {} if line.no else seconds | dict(zip(line.words[::2], line.words[1::2], strict=False))
        spans.append(line.span)
    if "default" not in seconds:
        doubt = config.top.unsaid("dot11 activity-timeout unknown")
        why = "no line says after which silence stations are forgotten, and releases differ"
        settle = "write `dot11 activity-timeout unknown default 86400 maximum 86400`"
        return doubt or Unknown(why, tuple(spans) or (ssid.header,), settle)
    given = [seconds[word] for word in ("default", "maximum") if word in seconds]
    if any(not text.isdecimal() or len(text) > 6 for text in given):
        return Unknown("cannot read the activity timeout", tuple(spans), "write its default and its maximum")
    return Stated(timedelta(seconds=min(map(int, given))), tuple(spans))


def session(config: Config, radio: Block, ssid: Block, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """Only a RADIUS server ends sessions: where stations log in with EAP and `reauth-period server` obeys it."""
    if isinstance(akms, Unknown) and not any(each & _EAP for each in akms.could_be):
        return akms if not akms.could_be else Stated(None, (ssid.header,))
    eap = isinstance(akms, Unknown) or bool(akms.value & _EAP)
    if not eap and not any("mac-address" in line.words for line in ssid.lines("authentication")):
        return Stated(None, (ssid.header,))
    period = radio.said("dot1x reauth-period")
    if period is not None and period.rest == "server":
        why = "the RADIUS server may end sessions (dot1x reauth-period server)"
        return Unknown(why, (period.span,), "declare radius-session, or look at the server's Session-Timeout")
    return radio.unsaid("dot1x reauth-period") or Stated(None, (radio.header,))


def reauthentication(config: Config, radio: Block, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """How often stations must repeat their 802.1X authentication; never where there is none."""
    if not isinstance(akms, Unknown) and not akms.value & _EAP:
        return known_like(None, akms)
    line = radio.said("dot1x reauth-period")
    if line is None or line.no:
        return radio.unsaid("dot1x reauth-period") or config.default("dot11.reauth-period", _none, radio.header)
    if line.rest == "server":
        return Unknown("the RADIUS server says how often stations reauthenticate", (line.span,), "look at the server")
    if not line.rest.isdecimal() or len(line.rest) > 6:
        return Unknown("cannot read dot1x reauth-period", (line.span,))
    return Stated(timedelta(seconds=int(line.rest)), (line.span,))


def _none(text: str) -> timedelta | None:
    if text != "none":
        raise ValueError("a default of none is all that is documented")
    return None
