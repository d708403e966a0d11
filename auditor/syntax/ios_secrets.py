"""Where secrets stand in commands of Cisco IOS and IOS-XE: one pattern for each form, the secret in group `secret`.

`kind` is the digit that says how the secret is written: 0 plainly, 7 reversibly, others encrypted or hashed. A secret
may hold blanks, and reaches then to the end of the command or to words that cannot be part of it.

Source: Cisco IOS Security, Network Management and Wireless Command References; Catalyst 9800 Command Reference.
"""

import re
from typing import NamedTuple

_KIND = r"(?:(?P<kind>[0-9]|encrypted)[ \t]+)?"
# To the end of the command: of the line, of the quotes that it stands in, of a banner.
_REST = r"\"?(?P<secret>[^\s\"](?:[^\"]*?[^\s\"])??)(?=[ \t]*(?:\^C\s*$|\x03\s*$|\"|\r?$))"
_WORD = r"\"?(?P<secret>[^\s\"]+)"
# How communities are marked; a digit alone is one itself.
_OF_COMMUNITY = r"(?:(?P<kind>[0678])[ \t]+(?!(?:ro|rw|view|ipv6|config|udp-port)\b))?"
_SECRET_PART = r"(?:pass|pw|psk|secret|key|token|hook)"
_BEFORE = r"(?<![\w-])"


class Form(NamedTuple):
    """One form: what it matches holds one of `words`, which are quicker to look for than the pattern."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]

    def may_stand_in(self, lowered: str) -> bool:
        """Say whether a text in small letters could hold this form; False is certain where all of it is ASCII."""
        for word in self.words:  # noqa: SIM110 - twice as quick as `any`, and this is asked for each form of each line
            if word in lowered:
                return True
        return False


def _form(pattern: str, *words: str) -> Form:
    return Form(words, re.compile(f"{_BEFORE}{pattern}", re.IGNORECASE))


FORMS = (
    _form(rf"security[ \t]+static-wep-key[ \t].{{0,80}}?(?:ascii|hex)[ \t]+{_KIND}{_WORD}", "static-wep-key"),
    _form(rf"key[ \t]+[1-4][ \t]+size[ \t]+\d+bit[ \t]+{_KIND}{_WORD}", "size"),
    _form(
        rf"(?:set-key|wpa-psk|pre-shared-key)[ \t]+(?:ascii|hex|hexadecimal)[ \t]+{_KIND}{_REST}",
        "set-key",
        "wpa-psk",
        "pre-shared-key",
    ),
    _form(rf"snmp-server[ \t]+community[ \t]+{_OF_COMMUNITY}{_WORD}", "community"),
    _form(rf"community-map[ \t]+{_WORD}", "community-map"),
    _form(
        r"snmp-server[ \t]+host[ \t]+\S+[ \t]+(?:vrf[ \t]+\S+[ \t]+)?(?:(?:traps|informs)[ \t]+)?"
        r"(?:version[ \t]+(?:1|2c|3[ \t]+(?:auth|noauth|priv))[ \t]+)?(?!vrf[ \t]|traps\b|informs\b|version\b)"
        rf"{_OF_COMMUNITY}{_WORD}",
        "snmp-server",
    ),
    _form(rf"auth[ \t]+(?:md5|sha(?:-2)?(?:[ \t]+\d+)?)[ \t]+(?!\d+[ \t]+\S){_WORD}", "auth"),
    _form(rf"priv[ \t]+(?:des(?:56)?|3des|aes(?:[ \t]+\d+)?)[ \t]+(?!\d+[ \t]+\S){_WORD}", "priv"),
    _form(rf"ntp[ \t]+authentication-key[ \t]+\d+[ \t]+[a-z0-9-]+[ \t]+{_WORD}", "authentication-key"),
    _form(
        rf"isakmp[ \t]+key[ \t]+{_KIND}(?P<secret>\S.{{0,200}}?)(?=[ \t]+(?:address|hostname|ipv6)\b|[ \t]*\r?$)",
        "isakmp",
    ),
    _form(
        r"pre-shared-key[ \t]+(?!key-chain\b)(?:(?:address|hostname)[ \t]+\S+(?:[ \t]+[\d.]+)?[ \t]+key[ \t]+)?"
        rf"(?:(?:local|remote)[ \t]+)?{_KIND}{_REST}",
        "pre-shared-key",
    ),
    _form(rf"pre-share[ \t]+key[ \t]+{_KIND}{_REST}", "pre-share"),
    _form(rf"key-string[ \t]+{_KIND}{_REST}", "key-string"),
    _form(
        rf"(?:tacacs-server|radius-server|server-private)[ \t](?:[^\"]{{0,200}}?[ \t])?key[ \t]+{_KIND}{_REST}",
        "tacacs-server",
        "radius-server",
        "server-private",
    ),
    _form(rf"(?<!isakmp )key[ \t]+(?P<kind>[056789])[ \t]+(?!size\b){_REST}", "key"),
    _form(rf"server-key[ \t]+{_KIND}{_REST}", "server-key"),
    _form(rf"config-key[ \t]+(?:[\w-]+[ \t]+)?{_REST}", "config-key"),
    _form(rf"security[ \t]+psk[ \t]+(?:ascii|hex)[ \t]+{_KIND}{_REST}", "psk"),
    _form(rf"psk[ \t]+provisioning[ \t]+key[ \t]+\d+[ \t]+{_KIND}{_WORD}", "provisioning"),
    _form(rf"request[ \t]+format[ \t]+attribute[ \t]+2[ \t]+{_KIND}{_REST}", "attribute"),
    _form(rf"key[ \t]+(?:ascii|hex)[ \t]+{_WORD}", "key"),
    _form(
        r"(?:group[ \t]+\S+|manual[ \t]+id[ \t]+\S+|(?:rsvp|rip|aaa)[ \t]+authentication|eap-fast|ignore-\w+-port)"
        rf"[ \t]+key[ \t]+(?!ascii\b|hex\b){_KIND}(?P<secret>[^\s\"]+)",
        "key",
    ),
    _form(
        r"crypto[ \t]+(?:pki|ca|key)[ \t]+(?:export|import)[ \t].{0,120}?[ \t](?:3des|des|terminal|pkcs12[ \t]+\S+)"
        rf"[ \t]+(?!3des\b|des\b|password\b){_WORD}",
        "crypto",
    ),
    _form(rf"spi[ \t]+\d+[ \t]+esp[ \t]+(?!null\b)\S+(?:[ \t]+(?:128|192|256))?[ \t]+{_KIND}{_WORD}", "spi"),
    _form(rf"spi[ \t]+\d+[ \t](?:[^\"]{{0,300}}?[ \t])?(?:md5|sha1)[ \t]+{_KIND}{_WORD}", "spi"),
    _form(rf"hmac-sha-256[ \t]+{_KIND}{_REST}", "hmac-sha-256"),
    _form(rf"license[ \t]+(?P<kind>[07])[ \t]+{_REST}", "license"),
    _form(rf"(?:authenticate|authentication)[ \t]+credential[ \t]+\S+[ \t]+{_REST}", "credential"),
    _form(rf"attribute[ \t]+type[ \t]+\S*{_SECRET_PART}\S*[ \t]+{_REST}", "attribute"),
    _form(rf"action[ \t]+\S+[ \t]+set[ \t]+\S*{_SECRET_PART}\S*[ \t]+{_REST}", "action"),
    _form(r"mail[ -]server[ \t]+\"?[^\s:@\"]+:(?P<secret>[^\s\"]+)(?=@)", "mail"),
    _form(rf"chat-script[ \t].{{0,300}}?ssword:?\"?[ \t]+{_WORD}", "chat-script"),
    _form(
        r"test[ \t]+aaa[ \t]+group[ \t]+\S+[ \t]+(?:server[ \t]+\S+[ \t]+)?\S+[ \t]+(?!password\b)"
        rf"{_WORD}(?=[ \t]+(?:new-code|legacy|port)\b)",
        "test",
    ),
    _form(rf"nthash[ \t]+{_KIND}{_WORD}", "nthash"),
    Form(("=",), re.compile(rf"{_SECRET_PART}[\w-]{{0,20}}+=(?P<secret>[^\s&\"<>=]+)", re.IGNORECASE)),
    Form(("://",), re.compile(r"://[^\s/:@\"]{0,80}:(?!\d{1,5}/)(?P<secret>[^\s\"]{1,300})(?=@)")),
    _form(
        rf"(?:standby|vrrp|glbp)[ \t].{{0,20}}?authentication[ \t]+(?:text[ \t]+)?(?!md5\b){_KIND}{_REST}",
        "standby",
        "vrrp",
        "glbp",
    ),
    _form(
        rf"(?:message-digest-key|authentication-key)[ \t]+(?:\d+[ \t]+md5[ \t]+)?{_KIND}{_REST}",
        "message-digest-key",
        "authentication-key",
    ),
    _form(rf"nhrp[ \t]+authentication[ \t]+{_KIND}{_REST}", "nhrp"),
    _form(rf"rip[ \t]+authentication[ \t]+string[ \t]+{_REST}", "rip"),
    _form(rf"(?:wlccp|dtls)[ \t]+psk[ \t]+{_KIND}{_REST}", "psk"),
    _form(rf"session-key[ \t]+(?:inbound|outbound)[ \t]+(?:ah|esp)[ \t]+\d+[ \t]+{_REST}", "session-key"),
    _form(rf"sap[ \t]+pmk[ \t]+{_WORD}", "pmk"),
    _form(rf"profile[ \t]+create[ \t].{{0,80}}?(?:chap|pap|pap_chap)[ \t]+\S+[ \t]+{_WORD}", "profile"),
    _form(rf"(?:area|domain|hello)-password[ \t]+{_KIND}{_REST}", "-password"),
    _form(
        r"password[ \t]+(?!encryption\b|strength-check\b|prompt\b|history\b|policy\b|aging\b)"
        rf"(?:level[ \t]+\d+[ \t]+)?{_KIND}(?P<secret>[^\s\"](?:[^\"]*?[^\s\"])??)"
        r"(?=[ \t]+secret[ \t]+[0-9][ \t]|[ \t]*(?:\^C\s*$|\x03\s*$|\"|\r?$))",
        "password",
    ),
    _form(rf"secret(?:-key)?[ \t]+(?:level[ \t]+\d+[ \t]+)?{_KIND}{_REST}", "secret"),
    _form(rf"(?:passphrase|passwd|passcode|pwd)[ \t]+{_KIND}{_REST}", "pass", "pwd"),
    _form(rf"(?:idtoken|api-key|token)[ \t]+{_KIND}{_WORD}", "token", "api-key"),
    _form(rf"environment[ \t]+\S*?{_SECRET_PART}\S*[ \t]+{_REST}", "environment"),
)
"""In this order: what one form replaced is a token for the next."""

KEY = re.compile(rf"^[ \t]+key[ \t]+{_KIND}{_REST}")
"""The command `key` of a block: a secret of RADIUS and TACACS+ servers and of VPN groups; a number in a key chain."""

TRIGGER = re.compile(
    r"pass|ssword|secret|key|psk|snmp|auth|priv|pmk|token|hook|pw|chap|pap|\$|://|PRIVATE|community|description|remark|!"
    r"|\bpin\b|attribute|mail|export|import|hmac|spi[ \t]|license|credential|nthash|test aaa",
    re.IGNORECASE,
)
"""A line without any of these holds no secret that is known."""

# fmt: off
_TRIGGERS = (
    "pass", "ssword", "secret", "key", "psk", "snmp", "auth", "priv", "pmk", "token", "hook", "pw", "chap", "pap", "$",
    "://", "community", "description", "remark", "!", "pin", "attribute", "mail", "export", "import", "hmac", "spi",
    "license", "credential", "nthash", "test",
)
# fmt: on


def triggers_in(text: str) -> tuple[str, ...] | None:
    """Return what could make lines of a text match `TRIGGER`, in small letters; None if it cannot be told."""
    if not text.isascii():
        return None
    lowered = text.lower()
    return tuple(each for each in _TRIGGERS if each in lowered)


HASH = re.compile(r"\$(?:1|5|6|8|9|14)\$[^\s\"']+")
"""What IOS makes of a password: types 5, 8, 9 and 10."""
