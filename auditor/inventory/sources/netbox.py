"""NetBox as a source: devices and virtual machines with site, role, platform, tags and primary address.

Source: NetBox's REST API, `dcim/devices`, `virtualization/virtual-machines` and `dcim/sites`. What is nested in an
object has `slug` and `name`; addresses are written with their prefix length.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.inventory.document import Text
from auditor.inventory.mistakes import printable
from auditor.inventory.sources.devices import SourceError
from auditor.inventory.sources.hosts import Host, Value, is_secret
from auditor.secrets import Secret

DEVICES, MACHINES = "devices", "virtual-machines"
_LISTS = {DEVICES: "dcim/devices", MACHINES: "virtualization/virtual-machines"}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class NetBoxSource:
    """One NetBox server; `filters` are those of its API, `kinds` which lists are read."""

    url: str
    token: Secret | None
    filters: Mapping[str, list[str]]
    kinds: tuple[str, ...] = (DEVICES, MACHINES)

    def hosts(self) -> Iterator[Host]:
        """Yield each device; raises `SourceError`."""
        try:
            from auditor.inventory.sources.netbox_session import NetBoxSession
        except ImportError as error:
            raise SourceError("NetBox is asked through pynetbox: pip install 'auditor[netbox]'") from error
        session = NetBoxSession(self.url, self.token)
        sites = {slug: each for each in session.objects("dcim/sites", {}) if (slug := _word(each, "slug"))}
        filters = {"status": ["active"], **self.filters}
        for kind in self.kinds:
            for each in session.objects(_LISTS[kind], filters):
                yield _host(each, f"{self.url}/{_LISTS[kind]}/{each['id']}/", sites)


def _host(each: Mapping[str, Any], address: str, sites: Mapping[str, Mapping[str, Any]]) -> Host:
    slug = _word(_nested(each, "site"), "slug")
    site = sites.get(slug, {})
    # Before NetBox 4 the role of a device was called `device_role`.
    role = _word(_nested(each, "role") or _nested(each, "device_role"), "slug")
    primary = _nested(each, "primary_ip4") or _nested(each, "primary_ip6") or _nested(each, "primary_ip")
    stated = {
        "host": _word(primary, "address").partition("/")[0],
        "platform": _word(_nested(each, "platform"), "slug"),
    }
    groups = (role, *(_word(_nested(site, name), "slug") for name in ("group", "region")))
    tags = each.get("tags")
    zone = _word(site, "time_zone")
    variables = {
        "site_name": _word(site, "name"),
        "facility": _word(site, "facility"),
        "region": _word(_nested(site, "region"), "slug"),
        "tenant": _word(_nested(site, "tenant"), "slug"),
        **_custom(site),
    }
    return Host(
        name=_word(each, "name") or f"device-{each['id']}",
        file=address,
        line=1,
        groups=tuple(dict.fromkeys(filter(None, groups))),
        tags=tuple(filter(None, (_word(tag, "slug") for tag in tags))) if isinstance(tags, list) else (),
        site=slug or None,
        keys={key: Value(_text(value), address) for key, value in stated.items() if value},
        site_keys={"timezone": _text(zone)} if zone else {},
        variables={name: value for name, value in variables.items() if value},
    )


def _custom(site: Mapping[str, Any]) -> dict[str, str]:
    fields = _nested(site, "custom_fields")
    return {
        name: str(value)[:_LONGEST]
        for name, value in fields.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool) and not is_secret(name)
    }


def _nested(each: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = each.get(key)
    return value if isinstance(value, dict) else {}


def _word(each: Any, key: str) -> str:
    value = each.get(key) if isinstance(each, dict) else None
    return printable(value) if isinstance(value, str) else ""


def _text(value: str) -> Text:
    return Text(value, False, 1, 1, 1)
