"""`auditor path` and `auditor resolve`: one question, every hop, and the exit code that says how it ended."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import KEYS, SHOP, Done, User, inventory, line_of
from tests.e2e.conftest import Audited

SAVED = ("--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS", "--pos", "subnet=192.168.30.0/24")
OPTION = "option isolate '1'"
READER = "10-42-42-42.test.device.stripe-terminal-local-reader.net"
ISOLATED = f"/etc/config/wireless:{line_of('etc/config/wireless', OPTION)}"


def path(user: User, *more: str | Path) -> Done:
    return user.run("path", SHOP, *SAVED, *more)


def document(done: Done) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def decisive(answer: dict[str, Any]) -> dict[str, Any]:
    (step,) = [step for step in answer["steps"] if step["decisive"]]
    found: dict[str, Any] = step
    return found


def test_the_first_hop_that_says_no_is_marked_with_its_line_and_its_fix(user: User) -> None:
    done = path(user)
    assert done.code == 1, done.output
    text = " ".join(done.stdout.split())
    assert "tcp/4443 BLOCKED at step" in text
    assert ISOLATED in text
    assert "not reached" in text
    assert "--rule station-isolation shows the fix" in text
    assert "answered from captures of" in text


@pytest.mark.parametrize(
    ("more", "code", "passage"),
    [
        ((), 1, "blocked"),
        (("--to", "api.stripe.com"), 0, "open"),
        (("--to", "internet", "--port", "80"), 0, "open"),
        (("--to", "198.51.100.7"), 0, "open"),
        (("--to", "198.51.100.7", "--protocol", "icmp"), 0, "open"),
        (("--to", "internet", "--protocol", "icmp"), 0, "open"),
        (("--to", "vlan=99"), 3, "unknown"),
        (("--from", "ssid=BAKERY-OFFICE"), 1, "blocked"),
        (("--from", "192.168.30.17", "--protocol", "icmp"), 1, "blocked"),
    ],
)
def test_the_exit_code_says_what_becomes_of_the_packets(
    user: User, more: tuple[str, ...], code: int, passage: str
) -> None:
    done = path(user, *more, "--json")
    assert done.code == code, done.output
    found = document(done)
    assert found["passage"] == passage
    for answer in found["answers"]:
        assert [step["number"] for step in answer["steps"]] == list(range(1, len(answer["steps"]) + 1))
        if passage == "blocked":
            at = decisive(answer)["number"]
            assert [step["reached"] for step in answer["steps"]] == [
                each <= at for each in range(1, len(answer["steps"]) + 1)
            ]
        else:
            assert all(step["reached"] for step in answer["steps"])


def test_a_filter_between_networks_is_named_with_the_line_of_its_default(user: User) -> None:
    (answer,) = document(path(user, "--from", "ssid=BAKERY-OFFICE", "--json"))["answers"]
    step = decisive(answer)
    assert (step["kind"], step["device"]) == ("packet filter", "gw")
    assert answer["routed"]
    assert answer["rule"] is None, "no audit speaks of clients that only the question knows"
    (quote,) = step["evidence"]
    assert quote["text"].strip() == "option forward 'REJECT'"


def test_a_selector_that_finds_nothing_gets_candidates(user: User) -> None:
    done = path(user, "--from", "ssid=BAKERY-TILL")
    assert done.code == 3, done.output
    assert "ssid: BAKERY-TILLS" in " ".join(done.stdout.split())


def test_all_pairs_are_answered(user: User) -> None:
    done = path(user, "--pos", "ssid=BAKERY-OFFICE", "--json")
    assert [answer["to"] for answer in document(done)["answers"]] == ["readers-1", "readers-1"]
    assert len({answer["from"] for answer in document(done)["answers"]}) == 2


def test_a_question_is_about_one_site(user: User) -> None:
    one = inventory(f"{{gw: {{captures: {SHOP}, platform: openwrt}}}}")
    user.write("inventory.yaml", one + one.partition("\n")[2].replace("bakery:", "tea-room:"))
    asked = user.run("path")
    assert asked.code == 2
    assert "add --site with one of: bakery, tea-room" in asked.stderr
    assert user.run("path", "--site", "tea-room").code == 1


@pytest.mark.parametrize("question", [("path", SHOP, *SAVED), ("resolve", READER, SHOP, *SAVED)])
def test_answers_fit_80_columns_and_hold_no_secret(tmp_path: Path, question: tuple[str, ...]) -> None:
    done = User.at(tmp_path, COLUMNS="80").run(*question)
    assert done.code == 1, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout
    assert not any(key in done.output for key in KEYS)


def test_what_a_device_calls_its_networks_cannot_steer_the_terminal(user: User, shop: Path) -> None:
    file = shop / "etc/config/wireless"
    file.write_text(file.read_text(encoding="utf-8").replace("BAKERY-OFFICE", "pos\x1b[31m"), encoding="utf-8")
    for question in (("path", shop, *SAVED, "--from", "vlan=99"), ("path", shop, *SAVED, "--from", "vlan=1")):
        done = user.run(*question)
        assert "pos\\x1b[31m" in " ".join(done.stdout.split())
        assert "\x1b" not in done.stdout
        assert user.run(*question, "--json").stdout.isascii()


def test_a_name_of_a_reader_is_kept_back_by_the_filter_of_the_router(user: User) -> None:
    done = user.run("resolve", READER, SHOP, *SAVED)
    assert done.code == 1, done.output
    text = " ".join(done.stdout.split())
    assert "the answer must be 10.42.42.42" in text
    assert "drops private answers" in text
    assert "rebind_protection 1" in text
    assert "--rule dns-rebind shows the fix" in text


def test_another_name_is_followed_to_whom_nobody_looked_into(user: User) -> None:
    done = user.run("resolve", "api.stripe.com", SHOP, *SAVED, "--json")
    assert done.code == 3, done.output
    (answer,) = document(done)["answers"]
    (root,) = answer["asked"]
    (upstream,) = root["asks"]
    assert (root["passage"], upstream["passage"]) == ("open", "unknown")
    assert upstream["told_by"][0]["line"] == line_of("etc/config/dhcp", "list server '10.20.0.53'")
    assert "nslookup api.stripe.com 10.20.0.53" in upstream["reasons"][0]["settle"]


def test_the_captures_of_the_last_audit_answer_and_fresh_ones_only_if_asked(audited: Audited) -> None:
    before = len(audited.log.commands)
    kept = audited.user.run("path", "--to", "counter", "--json")
    assert kept.code == 1, kept.output
    assert len(audited.log.commands) == before, "nothing was asked of the device"
    fresh = audited.user.run("path", "--to", "counter", "--fresh", "--json")
    assert len(audited.log.commands) > before
    one, other = document(kept), document(fresh)
    assert one["captures"][0]["captured_at"] < other["captures"][0]["captured_at"]
    assert [answer["steps"] for answer in one["answers"]] == [answer["steps"] for answer in other["answers"]]
