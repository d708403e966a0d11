"""Whether the running configuration is all there is, or what this login may see."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.platforms.cisco_ios import partial
from auditor.profiles import load_profile
from auditor.services.reading import Reading

SHOPS = Path(__file__).parents[2] / "shops" / "cisco_ios"
WHOLE = "version 17.9\nhostname gw\nline con 0\nend\n"
FULL = "Current privilege level is 15\n"
NO_VIEW = "No view is active ! Currently in Privilege Level Context\n"


def reading(config: str | None = WHOLE, **outputs: str) -> Reading:
    state = (CapturedFile(f"commands/{name.replace('_', '-')}.txt", text, Kind.STATE) for name, text in outputs.items())
    files = () if config is None else (CapturedFile("running-config.txt", config, Kind.CONFIGURATION),)
    capture = Capture("gw", "cisco_ios", (*files, *state), (), datetime(2026, 11, 23, tzinfo=UTC), False, "a test")
    return Reading(capture, load_profile("cisco_ios"))


@pytest.mark.parametrize(
    "outputs",
    [
        {},
        {"privilege": FULL},
        {"privilege": FULL, "parser_view": NO_VIEW},
        {"privilege": FULL, "parser_view": "Current view is 'root'\n"},
        {"privilege": FULL, "parser_view": ""},
        {"privilege": "", "parser_view": "\x00\n'\n"},
    ],
)
def test_a_whole_configuration_is_not_doubted(outputs: dict[str, str]) -> None:
    assert partial.doubt(reading(**outputs)) is None


@pytest.mark.parametrize(
    ("config", "outputs", "why"),
    [
        (WHOLE, {"privilege": "Current privilege level is 7\n"}, "privilege level 7"),
        (WHOLE, {"privilege": "Current privilege level is 1\n"}, "privilege level 1"),
        (WHOLE, {"privilege": "Currently in View Context with view 'x'\n"}, "parser view"),
        (WHOLE, {"privilege": FULL, "parser_view": "Current view is 'helpdesk'\n"}, "parser view 'helpdesk'"),
        (WHOLE.replace("line con 0\n", ""), {"privilege": FULL}, "'line'"),
        (WHOLE.replace("version 17.9\n", ""), {}, "'version'"),
        ("", {"privilege": FULL}, "'version'"),
    ],
)
def test_what_a_login_may_not_see_is_doubted(config: str, outputs: dict[str, str], why: str) -> None:
    doubt = partial.doubt(reading(config, **outputs))
    assert doubt is not None
    assert why in doubt.why
    assert doubt.near
    assert "15" in doubt.settle


def test_of_a_part_of_the_output_the_whole_is_asked_for() -> None:
    doubt = partial.doubt(reading("interface Vlan30\n ip address 192.168.30.1 255.255.255.0\n"))
    assert doubt is not None
    assert doubt.settle.startswith("save the whole output of 'show running-config'")


def test_without_a_configuration_there_is_nothing_to_doubt() -> None:
    assert partial.doubt(reading(None, privilege=FULL)) is None


def test_the_outputs_that_show_it_are_understood() -> None:
    read = reading(privilege=FULL, parser_view=NO_VIEW)
    partial.doubt(read)
    counted = {each.file: each.understood for each in read.coverage()}
    assert (counted["commands/privilege.txt"], counted["commands/parser-view.txt"]) == (1, 1)


@pytest.mark.parametrize("file", sorted(SHOPS.glob("*/*/running-config.txt")), ids=lambda file: file.parent.name)
def test_the_made_up_devices_are_whole(file: Path) -> None:
    assert partial.doubt(reading(file.read_text(encoding="utf-8"))) is None
