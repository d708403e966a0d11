"""The base shops are saved captures like those of a user: they load, and what they say of themselves is so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.capture import Kind
from auditor.collect.saved import load_capture
from auditor.inventory import load
from auditor.platforms import platform
from auditor.profiles import load_profile
from auditor.secrets import has_token
from tests.rules.harness.judged import complaints
from tests.rules.harness.shop import NOW, REDACTOR

SHOPS = sorted(path.parent for path in Path(__file__).parent.glob("*/*/inventory.yaml"))
every_shop = pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: f"{shop.parent.name}/{shop.name}")


@every_shop
def test_its_captures_load_as_those_of_a_user(shop: Path) -> None:
    (site,) = load(shop / "inventory.yaml").sites
    assert site.devices
    for device in site.devices:
        assert isinstance(device.captures, Path)
        kind = platform(device.platform)
        capture = load_capture(
            device.name,
            device.platform,
            device.captures,
            recognise=kind.recognise,
            redact=lambda path, text, redact=kind.redact: redact(path, text, REDACTOR),  # type: ignore[misc]
        )
        assert capture.gaps == ()
        assert {file.kind for file in capture.files} == set(Kind)
        assert any(has_token(file.text) for file in capture.files), "a shop without any passphrase is none"


@every_shop
def test_every_output_is_one_of_the_profile(shop: Path) -> None:
    (site,) = load(shop / "inventory.yaml").sites
    for device in site.devices:
        assert isinstance(device.captures, Path)
        plain = {command.stores for command in load_profile(device.platform).commands if not command.holes}
        families = [command.stores.partition("{")[0] for command in load_profile(device.platform).commands]
        for file in (device.captures / "commands").iterdir():
            name = f"commands/{file.name}"
            assert name in plain or any(name.startswith(family) for family in families if family != "commands/"), name


def test_the_clock_of_the_router_is_that_of_the_tests() -> None:
    text = (Path(__file__).parent / "openwrt/healthy/gw/commands/clock.txt").read_text(encoding="utf-8")
    assert datetime.fromtimestamp(int(text), UTC) == NOW


@every_shop
def test_programs_take_its_configurations(shop: Path) -> None:
    """Of those that are installed."""
    (site,) = load(shop / "inventory.yaml").sites
    for device in site.devices:
        if device.platform != "linux":
            continue
        assert isinstance(device.captures, Path)
        kind = platform(device.platform)
        plain = load_capture(
            device.name, device.platform, device.captures, recognise=kind.recognise, redact=lambda _, text: text
        )
        assert {main: said for main, said in complaints(None, plain) if said} == {}
