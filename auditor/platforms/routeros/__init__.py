"""MikroTik RouterOS 6 and 7: routers, access points, CAPsMAN, hotspots."""

from auditor.platforms.base import Platform
from auditor.platforms.routeros.changes import apply
from auditor.platforms.routeros.edit import edit
from auditor.platforms.routeros.extract import extract
from auditor.platforms.routeros.parse import parse
from auditor.platforms.routeros.recognise import recognise
from auditor.platforms.routeros.redaction import redact
from auditor.platforms.routeros.shell import FILTERS, quote

PLATFORM = Platform(
    name="routeros",
    recognise=recognise,
    redact=redact,
    extract=extract,
    parse=parse,
    edit=edit,
    apply=apply,
    quote=quote,
    filters=FILTERS,
)
