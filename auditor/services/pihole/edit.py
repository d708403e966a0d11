"""What an intent changes in Pi-hole's files: what dnsmasq's editor says, in the words of the file that it stands in."""

from auditor.intents import Intent, SetLeaseTime
from auditor.model import INFINITE
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.dnsmasq import files
from auditor.services.dnsmasq.edit import edit as edit_settings
from auditor.services.dnsmasq.settings import Settings
from auditor.services.pihole import setup_vars, toml
from auditor.syntax import dnsmasq_conf_edit as lines_edit
from auditor.syntax.toml_lines import Item, parse, with_string, with_strings

# Which strings of an array are values of an option of dnsmasq; '' are whole lines.
_ARRAYS = {"misc.dnsmasq_lines": "", "dhcp.hosts": "dhcp-host=", "dns.cnameRecords": "cname=", "dns.hosts": ""}
_ADVICE = "change it in Pi-hole's settings by hand"


def edit(host: Host, instance: Instance, settings: Settings, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent."""
    # What stands in pihole.toml is kept; the main file of dnsmasq is the system's where version 5 adds its own to it.
    main = toml.FILE if host.reading.file(toml.FILE) is not None else files.MAIN
    puts = edit_settings(host, instance, settings, intent, _look, main)
    if puts is None:
        return None
    return tuple(found for put in puts for found in _translated(host, intent, put))


def _look(path: str, text: str, place: Place) -> str | None:
    return get(text, _toml_place(place, text)) if path == toml.FILE else lines_edit.get(text, place)


def _translated(host: Host, intent: Intent, put: Put) -> tuple[Put, ...]:
    if put.path == toml.FILE:
        file = host.reading.file(toml.FILE)
        place = _toml_place(put.place, file.text if file is not None else "")
        if file is None or get(file.text, place) == put.value:
            raise NotPossible("no line of pihole.toml says so by itself", _ADVICE)
        return (Put("pihole", put.path, place, put.value),)
    plain = Put("pihole", put.path, ("dnsmasq", *put.place), put.value)
    if put.path not in setup_vars.GENERATED:
        return (plain,)
    name = {"lease": "DHCP_LEASETIME", "last": "DHCP_END"}.get(put.place[-1]) if put.place[0] == "dhcp-range" else None
    if name is None or host.reading.file(setup_vars.FILE) is None:
        raise NotPossible(f"Pi-hole writes {put.path} itself", _ADVICE)
    value = put.value
    if isinstance(intent, SetLeaseTime):
        seconds = int(intent.lease_time.total_seconds()) if intent.lease_time != INFINITE else 1
        if seconds % 3600:
            raise NotPossible("Pi-hole takes whole hours here", "choose a lease of whole hours")
        value = str(seconds // 3600)
    return (Put("pihole", setup_vars.FILE, ("setupVars", name), value), plain)


def _toml_place(place: Place, text: str) -> Place:
    """The array or key of `pihole.toml` in which a line of dnsmasq stands."""
    match place:
        case ("dhcp-range", ident, field):
            if lines_edit.get(_joined(parse(text).item("misc.dnsmasq_lines"), ""), place) is not None:
                return ("toml", "misc.dnsmasq_lines", *place)
            written = parse(text).item("dhcp.start")
            if written is None or written.value != ident:
                return ("toml", "misc.dnsmasq_lines", *place)
            return ("toml", "dhcp.leaseTime" if field == "lease" else "dhcp.end")
        case ("dhcp-host", *_):
            return ("toml", "dhcp.hosts", *place)
        case ("cname", *_):
            return ("toml", "dns.cnameRecords", *place)
        case ("host-record", address, name):
            return ("toml", "dns.hosts", "hosts", address, name)
        case _:
            return ("toml", "misc.dnsmasq_lines", *place)


def get(text: str, place: Place) -> str | None:
    """Return what stands at a place of one of Pi-hole's files."""
    match place:
        case ("dnsmasq", *rest):
            return lines_edit.get(text, tuple(rest))
        case ("setupVars", name):
            return setup_vars.get(text, name)
        case ("toml", key):
            item = parse(text).item(key)
            return item.value if item is not None and isinstance(item.value, str) else None
        case ("toml", key, *rest):
            return lines_edit.get(_joined(parse(text).item(key), _ARRAYS.get(key, "")), tuple(rest))
        case _:
            return None


def put(text: str, place: Place, value: str | None) -> str:
    """Return the text with a value at a place; a key that is not there stays away."""
    if get(text, place) == value:
        return text
    match place:
        case ("dnsmasq", *rest):
            return lines_edit.put(text, tuple(rest), value)
        case ("setupVars", name):
            return setup_vars.put(text, name, value)
        case ("toml", key):
            item = parse(text).item(key)
            return text if item is None or not isinstance(item.value, str) else with_string(text, item, value or "")
        case ("toml", key, *rest):
            return _put_array(text, key, tuple(rest), value)
        case _:
            return text


def _put_array(text: str, key: str, place: Place, value: str | None) -> str:
    """Edit the strings of an array as if they were lines of dnsmasq's file."""
    item = parse(text).item(key)
    if item is None or not isinstance(item.value, tuple):
        return text
    prefix = _ARRAYS.get(key, "")
    edited = lines_edit.put(_joined(item, prefix), place, value)
    values = [line.removeprefix(prefix) for line in edited.split("\n")] if edited else []
    return with_strings(text, item, values)


def _joined(item: Item | None, prefix: str) -> str:
    if item is None or not isinstance(item.value, tuple):
        return ""
    return "\n".join(prefix + element.text for element in item.value)
