"""The secrets in hostapd's files: keys of hostapd.conf by name, and the lines of its lists of keys and of EAP users.

Comments are treated as what they comment out. Lines keep their number.
"""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.secret_names import (
    is_secret,
    mask,
    mask_assigned_secrets,
    mask_behind_secret_words,
    mask_private_keys,
    redact_hashes,
)

_SECRET_KEYS = (
    "wpa_passphrase wpa_psk auth_server_shared_secret acct_server_shared_secret private_key_passwd private_key_passwd2"
    " pac_opaque_encr_key ap_pin wps_nfc_dev_pw wps_nfc_dh_privkey multi_ap_backhaul_wpa_passphrase"
    " multi_ap_backhaul_wpa_psk dpp_netaccesskey mka_cak dpp_connector wep_key0 wep_key1 wep_key2 wep_key3"
    " imsi_privacy_key radius_auth_req_attr radius_acct_req_attr"
)
_SECRET = frozenset(_SECRET_KEYS.split())
# What precedes the secret of these: one word and blanks (`r0kh=MAC NAS-ID key`: two).
_BEHIND = {"radius_das_client": 1, "r0kh": 2, "r1kh": 2}
_HARMLESS = frozenset(("wpa_psk_file", "sae_password_file", "private_key", "private_key2", "wep_default_key"))
_SETTING = re.compile(r"(?P<head>[ \t]*+#*+[ \t]*+(?P<key>[A-Za-z0-9_]+)[ \t]*=)(?P<value>.*)", re.DOTALL)
_SUFFIX = re.compile(r"\|(?:mac=(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|vlanid=[0-9]+)")
_PSK = re.compile(
    r"(?P<head>#*[ \t]*(?:[a-z]+=[^ =]* +)*(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}[ \t]+)(?P<value>\S.*)", re.DOTALL
)
_USER = re.compile(r"(?P<head>#*[ \t]*(?:\"[^\"]*\"\*?|\*)[ \t]+[A-Za-z0-9,*-]+)(?P<rest>[ \t]+.*)", re.DOTALL)
_ADDRESS = re.compile(r"[ \t]*-?(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?:[ \t].*)?")
_WITHOUT = re.compile(r"[ \t]*(?:\"[^\"]*\"\*?|\*)[ \t]+[A-Z0-9,-]+[ \t]*")
_WORD = re.compile(r"\"[^\"]*\"|[^\s\"]+")
_PHASE = re.compile(r"\[(?:2|ver=[0-9])\]")


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; twice is as good as once."""
    return "\n".join(_line(line, redactor) for line in mask_private_keys(text).split("\n"))


def _line(line: str, redactor: Redactor) -> str:
    body, ending = (line[:-1], "\r") if line.endswith("\r") else (line, "")
    return _body(body, redactor) + ending


def _body(line: str, redactor: Redactor) -> str:
    listed = _PSK.fullmatch(line)
    if listed is not None:
        value = listed["value"]
        vlan = value.isdecimal() and len(value) <= 4
        return line if vlan else listed["head"] + redactor.token(value)
    found = _SETTING.fullmatch(line)
    if found is not None:
        return found["head"] + _value(found["key"], found["value"], redactor)
    user = _USER.fullmatch(line)
    if user is not None:
        return user["head"] + _WORD.sub(lambda word: _credential(word[0], redactor), user["rest"])
    if line.lstrip().startswith("#") or _ADDRESS.fullmatch(line) or _WITHOUT.fullmatch(line):
        return redact_hashes(mask_behind_secret_words(line), redactor)
    # Nothing that hostapd takes: a setting that is broken, or a line of another list of keys.
    return mask(line)


def _value(key: str, value: str, redactor: Redactor) -> str:
    if key == "sae_password":
        return _sae(value, redactor)
    if key.startswith("wep_key") and len(value) > 1 and value[0] == value[-1] == '"':
        return f'"{redactor.token(value[1:-1])}"'
    if key in _SECRET:
        return redactor.token(value)
    if key in _BEHIND:
        return _behind(value, _BEHIND[key], redactor)
    if key not in _HARMLESS and key not in ("ssid", "ssid2") and is_secret(key, value):
        return redactor.token(value)
    if key in ("ssid", "ssid2"):
        return value
    return redact_hashes(mask_assigned_secrets(value), redactor)


def _sae(value: str, redactor: Redactor) -> str:
    """`password|mac=…|vlanid=…|pk=…|id=…`: what is no address and no VLAN is part of the secret."""
    at = min((n for each in ("|mac=", "|vlanid=", "|pk=", "|id=") if (n := value.find(each)) >= 0), default=len(value))
    kept = "".join(found[0] for found in _SUFFIX.finditer(value, at))
    names = re.search(r"\|id=(.*)", value[at:], re.DOTALL)
    if names is not None:
        kept += f"|id={redactor.token(names[1])}"
    return redactor.token(value[:at]) + kept


def _behind(value: str, words: int, redactor: Redactor) -> str:
    parts = re.split(r"([ \t]+)", value, maxsplit=words)
    if len(parts) <= 2 * words:
        return redactor.token(value) if value.strip() else value
    return "".join(parts[:-1]) + redactor.token(parts[-1])


def _credential(word: str, redactor: Redactor) -> str:
    if _PHASE.fullmatch(word) or is_token(word.strip('"')):
        return word
    if word.startswith('"'):
        return f'"{redactor.token(word[1:-1])}"'
    return redactor.token(word)
