"""Linux hosts whose services are configured in files: routers, access points, DHCP servers and resolvers."""

from auditor.platforms.base import Platform
from auditor.platforms.linux import change
from auditor.platforms.linux.edit import apply, edit
from auditor.platforms.linux.extract import extract
from auditor.platforms.linux.parse import parse
from auditor.platforms.linux.recognise import recognise
from auditor.platforms.linux.redaction import redact
from auditor.platforms.shell import comment, quote

PLATFORM = Platform(
    name="linux",
    recognise=recognise,
    redact=redact,
    extract=extract,
    parse=parse,
    edit=edit,
    apply=apply,
    quote=quote,
    filters={"comment": comment},
    whole_change=change.WHOLE,
)
