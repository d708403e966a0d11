"""Cisco IOS and IOS-XE: branch routers, access switches, Catalyst 9800 controllers, autonomous access points."""

from auditor.platforms.base import Platform
from auditor.platforms.cisco_ios.changes import apply
from auditor.platforms.cisco_ios.edit import edit, meets
from auditor.platforms.cisco_ios.extract import extract
from auditor.platforms.cisco_ios.parse import parse
from auditor.platforms.cisco_ios.recognise import recognise
from auditor.platforms.cisco_ios.redaction import redact
from auditor.platforms.cisco_ios.shell import FILTERS, comment, quote

PLATFORM = Platform(
    name="cisco_ios",
    recognise=recognise,
    redact=redact,
    extract=extract,
    parse=parse,
    edit=edit,
    apply=apply,
    quote=quote,
    filters=FILTERS,
    comment=comment,
    meets=meets,
    numbers_entries=True,
)
