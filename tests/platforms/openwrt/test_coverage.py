"""Each line is understood, irrelevant or unknown; what a package is called decides which list holds."""

import ast
from pathlib import Path

import pytest

from auditor.platforms import openwrt
from auditor.platforms.openwrt.recognise import package_of
from tests.platforms.openwrt.captures import model


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("/etc/config/uhttpd", "uhttpd"),
        ("etc/config/radius", "radius"),
        ("gw/etc/config/lime-node", "lime-node"),
        ("/etc/config/network.bak", "unnamed"),
        ("dhcp.txt", "dhcp"),
        ("uhttpd", ""),
    ],
)
def test_every_file_below_etc_config_is_a_package(name: str, package: str) -> None:
    assert package_of(name) == package


def unknown(package: str, text: str) -> list[tuple[int, str]]:
    device = model({package: text})
    (found,) = (file for file in device.coverage if file.file == f"/etc/config/{package}")
    return [(each.line, each.keywords) for each in found.unknown]


def test_a_package_that_the_profile_lists_is_irrelevant_and_another_is_not() -> None:
    assert not unknown("uhttpd", "config uhttpd 'main'\n\tlist listen_http '0.0.0.0:80'\n")
    assert unknown("radius", "config radius\n\toption x 1\n") == [(1, "config radius"), (2, "option x")]


def test_a_file_of_another_package_is_never_taken_for_one_that_is_read() -> None:
    copy = "config interface 'copy'\n\toption proto static\n"
    assert model({"network-opkg": copy}).interface("copy") is None
    assert model({"network.bak": copy}).interface("copy") is None


def test_the_header_of_a_listed_type_is_irrelevant_and_its_unlisted_options_are_not() -> None:
    assert unknown("system", "config system\n\toption hostname gw\n") == []
    assert unknown("dhcp", "config boot6\n\toption x 1\n\nconfig something\n\toption y 1\n") == [
        (4, "config something"),
        (5, "option y"),
    ]
    assert unknown("firewall", "config defaults\n\toption surprise 1\n") == [(2, "option surprise")]


def test_an_unread_option_is_shown_without_its_value() -> None:
    assert unknown("network", "config interface 'lan'\n\toption strange 'secret words'\n") == [(2, "option strange")]


def test_every_unknown_says_what_settles_it() -> None:
    """The third argument of `Unknown` is what a person can do; one without it leaves the reader of a report alone."""
    silent = [
        f"{file.name}:{node.lineno}"
        for file in Path(openwrt.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Unknown"
        and len(node.args) < 3
        and not any(word.arg == "settle" for word in node.keywords)
    ]
    assert not silent
