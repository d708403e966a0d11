"""The lines of sudoers(5) that the program proposes, with sudo itself as the judge."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.collect.elevation import sudoers_line
from auditor.collect.holes import hole_type
from auditor.profiles import Command, load_profile
from tests.judges import sudo

needs_sudo = pytest.mark.skipif(bool(sudo.why_not()), reason=sudo.why_not() or "-")

PATH = hole_type("absolute-path")
COMMANDS = load_profile("linux").commands


def command(name: str) -> Command:
    found = load_profile("linux").command(name)
    assert found is not None
    return found


def test_a_file() -> None:
    line = sudoers_line(command("configuration"), "/etc/hostapd/hostapd.conf", "audit")
    assert line == "audit ALL=(root) NOPASSWD: /usr/bin/cat /etc/hostapd/hostapd.conf"


def test_a_command_without_arguments_takes_none() -> None:
    line = sudoers_line(command("iptables"), "", "audit")
    assert line == 'audit ALL=(root) NOPASSWD: /usr/sbin/iptables-save ""'


@pytest.mark.parametrize("user", ["", "a\nroot ALL=(ALL) ALL", 'a"b'])
def test_a_user_name_that_cannot_stand_there_is_left_blank(user: str) -> None:
    assert sudoers_line(command("configuration"), "/etc/x", user).startswith("<user> ALL=(root) NOPASSWD: ")


@pytest.mark.parametrize(
    ("user", "written"),
    [("a,b", r"a\,b"), ("#0", r"\#0"), ("!a", r"\!a"), ("ALL=(ALL)", r"ALL\=(ALL)"), ("a b", r"a\ b")],
)
def test_signs_of_a_user_name_are_escaped(user: str, written: str) -> None:
    assert sudoers_line(command("configuration"), "/etc/x", user).startswith(f"{written} ALL=(root)")


@needs_sudo
@pytest.mark.parametrize("each", [each for each in COMMANDS if each.sudo and not each.holes], ids=lambda each: each.id)
def test_sudo_lets_exactly_each_command_pass(each: Command) -> None:
    if not Path(each.sudo).exists():
        pytest.skip(f"needs {each.sudo}")
    line = sudoers_line(each, "", "nobody")
    assert sudo.complaint(line) == ""
    words = each.elevated.split(" ")[2:]
    assert sudo.lets_pass(line, "nobody", words)
    assert not sudo.lets_pass(line, "nobody", [*words, "-x"])


@needs_sudo
@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/etc/x.conf", "/etc/x.conf /etc/shadow"),
        ("/etc/a*", "/etc/ab"),
        ("/etc/a?", "/etc/ab"),
        ("/etc/[ab]", "/etc/a"),
        ("/etc/a b", "/etc/a"),
        ("/etc/a#b", "/etc/a"),
        ("/etc/a,b:c=d!e", "/etc/a"),
        ('/etc/a"b~%+$;&|<>{}^`', "/etc/a"),
    ],
)
def test_a_path_lets_pass_itself_and_nothing_else(path: str, other: str) -> None:
    assert PATH.accepts(path)
    line = sudoers_line(command("configuration"), path, "nobody")
    assert sudo.complaint(line) == ""
    assert sudo.lets_pass(line, "nobody", ["/usr/bin/cat", path])
    assert not sudo.lets_pass(line, "nobody", ["/usr/bin/cat", *other.split(" ")])


@needs_sudo
@settings(max_examples=5)
@given(st.from_regex(PATH.pattern, fullmatch=True))
def test_any_path_that_may_be_sent_gives_a_line_that_sudo_takes(path: str) -> None:
    line = sudoers_line(command("configuration"), path, "nobody")
    assert sudo.complaint(line) == ""
    assert sudo.lets_pass(line, "nobody", ["/usr/bin/cat", path])
