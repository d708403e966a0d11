"""Where a BIND listens: `listen-on`, `port`, and `-p` of its command line."""

from auditor.model import Fact, Stated, Unknown
from auditor.services.address_sets import AddressSet
from auditor.services.base import Host, Instance
from auditor.services.bind.matching import Matching
from auditor.services.bind.settings import Item, Settings, option
from auditor.services.name_service import interfaces_with


def port_number(text: str) -> int:
    """A port as BIND takes it."""
    if not text.isdecimal() or len(text) > 5 or not 0 < int(text) < 65536:
        raise ValueError("not a port number")
    return int(text)


def _plain(settings: Settings) -> tuple[Item, ...]:
    """`listen-on` for plain DNS: without TLS and HTTP."""
    found = () if settings.options is None else settings.options.all("listen-on")
    return tuple(
        item for item in found if item.behind("tls") in (None, "none") and item.behind("http") in (None, "none")
    )


def usual_port(host: Host, instance: Instance, settings: Settings) -> Fact[int]:
    """The port of the command line, or of `options`."""
    reading = host.reading
    written = option(instance.arguments, "p")
    if written is not None:
        try:
            return Stated(port_number(written.rpartition("=")[2]), instance.running.spans)
        except ValueError:
            return Unknown(f"cannot read the port of the command line of {instance.key}", instance.running.spans)
    found = settings.options.last("port") if settings.options is not None else None
    if found is None:
        near = () if settings.options is None else (settings.options.header,)
        return reading.default("bind.port", port_number, *near)
    return reading.stated(found.argument, port_number, found.span, what="port")


def port(host: Host, instance: Instance, settings: Settings) -> Fact[int]:
    """The port of all sockets for plain DNS."""
    usual = usual_port(host, instance, settings)
    listed = _plain(settings)
    spans = tuple(item.span for item in listed)
    if isinstance(usual, Unknown) or not any(item.behind("port") for item in listed):
        return usual
    try:
        ports = {port_number(str(item.behind("port") or usual.value)) for item in listed}
    except ValueError:
        return Unknown("cannot read the port of listen-on", spans, "correct listen-on")
    if len(ports) > 1:
        return Unknown("BIND listens on several ports", spans, could_be=tuple(sorted(ports)))
    return Stated(ports.pop(), spans)


def interfaces(host: Host, settings: Settings, matching: Matching) -> Fact[tuple[str, ...] | None]:
    """The interfaces with an address that is listened at; all without a line."""
    options = settings.options
    if options is None or not options.all("listen-on"):
        near = () if options is None else (options.header,)
        return host.reading.default("bind.listen-on", lambda _: None, *near)
    listened = AddressSet()
    for item in _plain(settings):
        found = matching.addresses(item.block)
        if isinstance(found, Unknown):
            return found
        listened |= found.value
    spans = tuple(item.span for item in options.all("listen-on"))
    present = matching.addresses_here(listened)
    return present if isinstance(present, Unknown) else interfaces_with(host, present.value, *spans)
