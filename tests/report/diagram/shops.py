"""The base shops with some lines changed, audited: what the diagram is made of."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from auditor.capture import Capture, Failure, Kind
from auditor.collect.saved import load_capture
from auditor.inventory import DeviceEntry, loads
from auditor.pipeline import SiteReport, audit
from auditor.platforms import platform
from auditor.policies import load_policy
from tests.rules.harness.shop import NOW, REDACTOR, SHOPS


def audited(
    shop: str,
    inventory: Mapping[str, str] | None = None,
    edits: Mapping[str, tuple[str, str]] | None = None,
    *,
    missing: tuple[str, ...] = (),
) -> SiteReport:
    """Audit a base shop; `inventory` replaces texts of it, `edits` texts of its files, by the end of their path."""
    folder = SHOPS / shop
    text = (folder / "inventory.yaml").read_text(encoding="utf-8")
    for old, new in (inventory or {}).items():
        assert old in text
        text = text.replace(old, new)
    (entry,) = loads(text.encode(), folder / "inventory.yaml").sites
    captures = [_capture(each) for each in entry.devices if each.name not in missing]
    for path, (old, new) in (edits or {}).items():
        captures = [_edited(capture, path, old, new) for capture in captures]
    failures = tuple(Failure(name, "", "connection refused", "check that it is up", 1) for name in missing)
    return audit(entry, tuple(captures), failures, load_policy(entry.policy), NOW)


def _capture(entry: DeviceEntry) -> Capture:
    kind = platform(entry.platform)
    assert isinstance(entry.captures, Path)
    return load_capture(
        entry.name,
        entry.platform,
        entry.captures,
        recognise=kind.recognise,
        redact=lambda path, text: kind.redact(path, text, REDACTOR),
    )


def _edited(capture: Capture, path: str, old: str, new: str) -> Capture:
    device, _, file = path.partition(":")
    if capture.device != device:
        return capture
    (found,) = [each for each in capture.files if each.path.endswith(file)]
    assert old in found.text
    files = tuple(replace(f, text=f.text.replace(old, new)) if f is found else f for f in capture.files)
    return replace(capture, files=files)


def many_access_points(number: int, isolated: int) -> SiteReport:
    """The base shop with so many bridging access points in the readers' network, one of which isolates stations."""
    names = [f"ap-{index:02d}" for index in range(1, number + 1)]
    folder = SHOPS / "openwrt/healthy"
    lines = "".join(f"      {name}: {{captures: gw/, platform: openwrt, roles: [access-point]}}\n" for name in names)
    text = (folder / "inventory.yaml").read_text(encoding="utf-8") + lines
    (entry,) = loads(text.encode(), folder / "inventory.yaml").sites
    router = _capture(entry.devices[0])
    wireless = next(each.text for each in router.files if each.path.endswith("config/wireless"))
    tills = wireless.partition("config wifi-iface 'office_5g'")[0]
    captures = [router]
    for index, name in enumerate(names, start=1):
        alone = "\toption isolate '1'\n" if index == isolated else ""
        texts = {
            "config/network": _BRIDGE.format(address=f"192.168.1.{index + 10}"),
            "config/wireless": tills.replace("\toption network 'pos'\n", f"\toption network 'pos'\n{alone}"),
            "config/dhcp": "",
            "config/firewall": "",
        }
        files = [
            replace(each, text=next((new for end, new in texts.items() if each.path.endswith(end)), each.text))
            for each in router.files
            if each.kind is Kind.CONFIGURATION
        ]
        captures.append(replace(router, device=name, files=tuple(files)))
    return audit(entry, tuple(captures), (), load_policy(entry.policy), NOW)


_BRIDGE = """
config bridge-vlan 'vlan1'
\toption device 'br-lan'
\toption vlan '1'
\tlist ports 'lan1:u*'

config bridge-vlan 'vlan30'
\toption device 'br-lan'
\toption vlan '30'
\tlist ports 'lan1:t'

config device 'bridge'
\toption name 'br-lan'
\toption type 'bridge'
\tlist ports 'lan1'

config interface 'lan'
\toption device 'br-lan.1'
\toption proto 'static'
\toption ipaddr '{address}'
\toption netmask '255.255.255.0'

config interface 'pos'
\toption device 'br-lan.30'
\toption proto 'none'
"""
