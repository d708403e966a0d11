"""Where secrets stand in commands of Cisco IOS and IOS-XE: one pattern for each form, the secret in group `secret`.

`kind` is the digit that says how the secret is written: 0 plainly, 7 reversibly, others encrypted or hashed. A secret
may hold blanks, and reaches then to the end of the command or to words that cannot be part of it.

Source: Cisco IOS Security, Network Management and Wireless Command References; Catalyst 9800 Command Reference.
"""

import re

_KIND = r"(?:(?P<kind>[0-9]|encrypted)[ \t]+)?"
# To the end of the command: of the line, of the quotes that it stands in, of a banner.
_REST = r"\"?(?P<secret>[^\s\"](?:[^\"]*?[^\s\"])??)(?=[ \t]*(?:\^C\s*$|\x03\s*$|\"|\r?$))"
_WORD = r"\"?(?P<secret>[^\s\"]+)"
# How communities are marked; a digit alone is one itself.
_OF_COMMUNITY = r"(?:(?P<kind>[0678])[ \t]+(?!(?:ro|rw|view|ipv6|config|udp-port)\b))?"
_SECRET_PART = r"(?:pass|pw|psk|secret|key|token|hook)"
_BEFORE = r"(?<![\w-])"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}{pattern}", re.IGNORECASE)


FORMS = (
    _form(rf"security[ \t]+static-wep-key[ \t].{{0,80}}?(?:ascii|hex)[ \t]+{_KIND}{_WORD}"),
    _form(rf"key[ \t]+[1-4][ \t]+size[ \t]+\d+bit[ \t]+{_KIND}{_WORD}"),
    _form(rf"(?:set-key|wpa-psk|pre-shared-key)[ \t]+(?:ascii|hex|hexadecimal)[ \t]+{_KIND}{_REST}"),
    _form(rf"snmp-server[ \t]+community[ \t]+{_OF_COMMUNITY}{_WORD}"),
    _form(rf"community-map[ \t]+{_WORD}"),
    _form(
        r"snmp-server[ \t]+host[ \t]+\S+[ \t]+(?:vrf[ \t]+\S+[ \t]+)?(?:(?:traps|informs)[ \t]+)?"
        r"(?:version[ \t]+(?:1|2c|3[ \t]+(?:auth|noauth|priv))[ \t]+)?(?!vrf[ \t]|traps\b|informs\b|version\b)"
        rf"{_OF_COMMUNITY}{_WORD}"
    ),
    _form(rf"auth[ \t]+(?:md5|sha(?:-2)?(?:[ \t]+\d+)?)[ \t]+(?!\d+[ \t]+\S){_WORD}"),
    _form(rf"priv[ \t]+(?:des(?:56)?|3des|aes(?:[ \t]+\d+)?)[ \t]+(?!\d+[ \t]+\S){_WORD}"),
    _form(rf"ntp[ \t]+authentication-key[ \t]+\d+[ \t]+[a-z0-9-]+[ \t]+{_WORD}"),
    _form(rf"isakmp[ \t]+key[ \t]+{_KIND}(?P<secret>\S.{{0,200}}?)(?=[ \t]+(?:address|hostname|ipv6)\b|[ \t]*\r?$)"),
    _form(
        r"pre-shared-key[ \t]+(?!key-chain\b)(?:(?:address|hostname)[ \t]+\S+(?:[ \t]+[\d.]+)?[ \t]+key[ \t]+)?"
        rf"(?:(?:local|remote)[ \t]+)?{_KIND}{_REST}"
    ),
    _form(rf"pre-share[ \t]+key[ \t]+{_KIND}{_REST}"),
    _form(rf"key-string[ \t]+{_KIND}{_REST}"),
    _form(rf"(?:tacacs-server|radius-server|server-private)[ \t](?:[^\"]{{0,200}}?[ \t])?key[ \t]+{_KIND}{_REST}"),
    _form(rf"(?<!isakmp )key[ \t]+(?P<kind>[056789])[ \t]+(?!size\b){_REST}"),
    _form(rf"server-key[ \t]+{_KIND}{_REST}"),
    _form(rf"config-key[ \t]+(?:[\w-]+[ \t]+)?{_REST}"),
    _form(rf"security[ \t]+psk[ \t]+(?:ascii|hex)[ \t]+{_KIND}{_REST}"),
    _form(rf"psk[ \t]+provisioning[ \t]+key[ \t]+\d+[ \t]+{_KIND}{_WORD}"),
    _form(rf"request[ \t]+format[ \t]+attribute[ \t]+2[ \t]+{_KIND}{_REST}"),
    _form(rf"key[ \t]+(?:ascii|hex)[ \t]+{_WORD}"),
    _form(
        r"(?:group[ \t]+\S+|manual[ \t]+id[ \t]+\S+|(?:rsvp|rip|aaa)[ \t]+authentication|eap-fast|ignore-\w+-port)"
        rf"[ \t]+key[ \t]+(?!ascii\b|hex\b){_KIND}(?P<secret>[^\s\"]+)"
    ),
    _form(
        r"crypto[ \t]+(?:pki|ca|key)[ \t]+(?:export|import)[ \t].{0,120}?[ \t](?:3des|des|terminal|pkcs12[ \t]+\S+)"
        rf"[ \t]+(?!3des\b|des\b|password\b){_WORD}"
    ),
    _form(rf"spi[ \t]+\d+[ \t]+esp[ \t]+(?!null\b)\S+(?:[ \t]+(?:128|192|256))?[ \t]+{_KIND}{_WORD}"),
    _form(rf"spi[ \t]+\d+[ \t](?:[^\"]{{0,300}}?[ \t])?(?:md5|sha1)[ \t]+{_KIND}{_WORD}"),
    _form(rf"hmac-sha-256[ \t]+{_KIND}{_REST}"),
    _form(rf"license[ \t]+(?P<kind>[07])[ \t]+{_REST}"),
    _form(rf"(?:authenticate|authentication)[ \t]+credential[ \t]+\S+[ \t]+{_REST}"),
    _form(rf"attribute[ \t]+type[ \t]+\S*{_SECRET_PART}\S*[ \t]+{_REST}"),
    _form(rf"action[ \t]+\S+[ \t]+set[ \t]+\S*{_SECRET_PART}\S*[ \t]+{_REST}"),
    _form(r"mail[ -]server[ \t]+\"?[^\s:@\"]+:(?P<secret>[^\s\"]+)(?=@)"),
    _form(rf"chat-script[ \t].{{0,300}}?ssword:?\"?[ \t]+{_WORD}"),
    _form(
        r"test[ \t]+aaa[ \t]+group[ \t]+\S+[ \t]+(?:server[ \t]+\S+[ \t]+)?\S+[ \t]+(?!password\b)"
        rf"{_WORD}(?=[ \t]+(?:new-code|legacy|port)\b)"
    ),
    _form(rf"nthash[ \t]+{_KIND}{_WORD}"),
    re.compile(rf"{_SECRET_PART}[\w-]{{0,20}}+=(?P<secret>[^\s&\"<>=]+)", re.IGNORECASE),
    re.compile(r"://[^\s/:@\"]{0,80}:(?!\d{1,5}/)(?P<secret>[^\s\"]{1,300})(?=@)"),
    _form(rf"(?:standby|vrrp|glbp)[ \t].{{0,20}}?authentication[ \t]+(?:text[ \t]+)?(?!md5\b){_KIND}{_REST}"),
    _form(rf"(?:message-digest-key|authentication-key)[ \t]+(?:\d+[ \t]+md5[ \t]+)?{_KIND}{_REST}"),
    _form(rf"nhrp[ \t]+authentication[ \t]+{_KIND}{_REST}"),
    _form(rf"rip[ \t]+authentication[ \t]+string[ \t]+{_REST}"),
    _form(rf"(?:wlccp|dtls)[ \t]+psk[ \t]+{_KIND}{_REST}"),
    _form(rf"session-key[ \t]+(?:inbound|outbound)[ \t]+(?:ah|esp)[ \t]+\d+[ \t]+{_REST}"),
    _form(rf"sap[ \t]+pmk[ \t]+{_WORD}"),
    _form(rf"profile[ \t]+create[ \t].{{0,80}}?(?:chap|pap|pap_chap)[ \t]+\S+[ \t]+{_WORD}"),
    _form(rf"(?:area|domain|hello)-password[ \t]+{_KIND}{_REST}"),
    _form(
        r"password[ \t]+(?!encryption\b|strength-check\b|prompt\b|history\b|policy\b|aging\b)"
        rf"(?:level[ \t]+\d+[ \t]+)?{_KIND}(?P<secret>[^\s\"](?:[^\"]*?[^\s\"])??)"
        r"(?=[ \t]+secret[ \t]+[0-9][ \t]|[ \t]*(?:\^C\s*$|\x03\s*$|\"|\r?$))"
    ),
    _form(rf"secret(?:-key)?[ \t]+(?:level[ \t]+\d+[ \t]+)?{_KIND}{_REST}"),
    _form(rf"(?:passphrase|passwd|passcode|pwd)[ \t]+{_KIND}{_REST}"),
    _form(rf"(?:idtoken|api-key|token)[ \t]+{_KIND}{_WORD}"),
    _form(rf"environment[ \t]+\S*?{_SECRET_PART}\S*[ \t]+{_REST}"),
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

HASH = re.compile(r"\$(?:1|5|6|8|9|14)\$[^\s\"']+")
"""What IOS makes of a password: types 5, 8, 9 and 10."""
