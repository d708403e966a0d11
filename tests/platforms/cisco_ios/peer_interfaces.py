"""Interfaces as another reader sees them: `python peer_interfaces.py FILE …`, where ciscoconfparse2 is installed.

It cannot be installed beside what the tests need, so this file imports nothing of this project and prints JSON.
"""

import importlib
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any


def main(*files: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable()
    # Where this is checked, it is not installed.
    parse = importlib.import_module("ciscoconfparse2").CiscoConfParse
    print(json.dumps({file: _interfaces(parse, Path(file).read_text(errors="replace")) for file in files}))


def _interfaces(parse: Any, text: str) -> dict[str, dict[str, Any]]:
    try:
        found = parse(text.splitlines(), syntax="ios", factory=True).find_objects(r"^interface\s")
    except BaseException:  # noqa: BLE001  # it ends the program where it knows no way to go on
        return {}
    return {each.text.removeprefix("interface").strip(): dict(_facts(each)) for each in found}


def _facts(each: Any) -> Iterator[tuple[str, Any]]:
    for name, fact in FACTS.items():
        try:
            yield name, fact(each)
        except Exception:  # noqa: BLE001  # it cannot say; the others count all the same
            continue


FACTS: Mapping[str, Callable[[Any], Any]] = {
    "address": lambda each: str(each.ipv4_addr_object.as_cidr_addr) if each.ipv4_addr else "",
    "shutdown": lambda each: bool(each.is_shutdown),
    "access": lambda each: [each.access_vlan] if each.has_manual_switch_access else None,
    "trunk": lambda each: sorted(each.trunk_vlans_allowed.as_list()) if each.has_manual_switch_trunk else None,
    "protected": lambda each: any(child.text.strip() == "switchport protected" for child in each.children),
    "in": lambda each: each.ipv4_accessgroup_in,
    "out": lambda each: each.ipv4_accessgroup_out,
    "helpers": lambda each: [found["addr"] for found in each.ip_helper_addresses],
}


if __name__ == "__main__":
    main(*sys.argv[1:])
