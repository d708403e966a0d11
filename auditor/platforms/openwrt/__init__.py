"""OpenWrt and firmware derived from it: UCI files under `/etc/config`."""

from auditor.platforms.base import Platform
from auditor.platforms.openwrt.changes import apply
from auditor.platforms.openwrt.edit import edit
from auditor.platforms.openwrt.extract import extract
from auditor.platforms.openwrt.parse import parse
from auditor.platforms.openwrt.recognise import recognise
from auditor.platforms.openwrt.redaction import redact
from auditor.platforms.openwrt.shell import FILTERS
from auditor.platforms.shell import quote

PLATFORM = Platform(
    name="openwrt",
    recognise=recognise,
    redact=redact,
    extract=extract,
    parse=parse,
    edit=edit,
    apply=apply,
    quote=quote,
    filters=FILTERS,
)
