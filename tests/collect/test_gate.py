"""The read-only gate: nothing else can be sent."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor
from auditor import resources
from auditor.capture import Kind
from auditor.collect.gate import gate_for, gate_of, rendered
from auditor.collect.holes import HOLE_TYPES, HoleType, hole_type
from auditor.collect.shell import Shell
from auditor.errors import CommandRefused, DataError
from auditor.profiles import Command, load_profile
from auditor.secrets import Secret

PLATFORMS = sorted(file.stem for file in resources.device_profiles().glob("*.yaml"))
GATE = gate_for(load_profile("openwrt").commands)
EXAMPLES = {
    "uci-package": ("dhcp", "https-dns-proxy"),
    "interface-name": ("phy0-ap0", "wlan0", "br-lan.10"),
    "file-name": ("10-custom.nft", "README"),
    "absolute-path": ("/etc/firewall.user", "/tmp/my file.conf"),
    "routeros-interface": ("ether1", "ether 1 (wan)"),
    "policy-profile": ("store-lyon", "back office (2)"),
}
TRICKS = (
    ";reboot", "\nreboot", "\r\nreboot", "&&reboot", "|tee /etc/passwd", "$(reboot)", "`reboot`", "\0", " ", "\t", ">x",
    ">>/etc/config/dhcp", "'", '"', "\\", "*", "?", "~", "#", "%", "!", "{a,b}", "é", "․", "\u2028", "\x1b[2J", "\x7f",
)  # fmt: skip


def _instances(command: Command) -> list[str]:
    if not command.holes:
        return [command.run]
    return [rendered(command, value) for name in command.holes.values() for value in EXAMPLES[name]]


ALLOWED = [line for command in load_profile("openwrt").commands for line in _instances(command)]


@pytest.mark.parametrize("line", ALLOWED)
def test_what_the_profile_allows_passes_unchanged(line: str) -> None:
    assert GATE.check(line) == line


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_passes_anywhere_in_an_allowed_command(trick: str) -> None:
    gate = gate_for(
        (*load_profile("openwrt").commands, *(_command(f"cat {{{kind.name}}}", kind.name) for kind in HOLE_TYPES))
    )
    for line in ALLOWED:
        for place in range(len(line) + 1):
            changed = line[:place] + trick + line[place:]
            if changed not in ALLOWED and not _is_harmless(changed):
                with pytest.raises(CommandRefused):
                    gate.check(changed)


def _is_harmless(line: str) -> bool:
    """A name of another interface, package or file is another read of the same kind."""
    return re.fullmatch(r"(cat|iwinfo) [A-Za-z0-9_.@/-]+( assoclist)?", line) is not None


@given(st.text())
def test_no_other_text_passes(text: str) -> None:
    if text in ALLOWED:
        return
    with pytest.raises(CommandRefused):
        GATE.check(text)


_SAFE = re.compile(
    r"cat /etc/config/[A-Za-z0-9_-]+|cat /etc/nftables\.d/[A-Za-z0-9_.+-]+|iwinfo [A-Za-z0-9_.@-]+ assoclist"
)


@given(st.sampled_from(ALLOWED), st.data())
def test_no_changed_command_passes(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    changed = line[:start] + data.draw(st.text(max_size=12)) + line[end:]
    if changed in ALLOWED or _SAFE.fullmatch(changed):
        return
    with pytest.raises(CommandRefused):
        GATE.check(changed)


@given(st.sampled_from(HOLE_TYPES), st.text())
def test_a_hole_takes_only_one_harmless_word(kind: HoleType, value: str) -> None:
    if kind.accepts(value):
        line = kind.render(value)
        assert value.isascii()
        assert value.isprintable()
        assert "'" not in value
        if kind.quoted or line != value:
            assert line == f"{kind.mark}{value}{kind.mark}"
            assert kind.mark not in value
        else:
            assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*", line)


@pytest.mark.parametrize("value", ["", "-rf", "../shadow", "a b", "dhcp;reboot", "a" * 65, "dhcp\n"])
def test_what_is_no_package_is_refused(value: str) -> None:
    command = load_profile("openwrt").command("config")
    assert command is not None
    with pytest.raises(CommandRefused):
        rendered(command, value)


@pytest.mark.parametrize("value", ["/etc/firewall.user", "/tmp/my file", "/a", "/etc/..data/x", "/x.d/...y"])
def test_a_path_is_absolute_and_quoted(value: str) -> None:
    assert hole_type("absolute-path").render(value) == f"'{value}'"


@pytest.mark.parametrize(
    "value",
    ["", "/", "//", "etc/passwd", "/etc/../etc/shadow", "/..", "/etc/.", "/./x", "/it's", "/a\\b", "/a\nb", "/é",
     "/dev/mtd0", "/proc/kmsg", "/sys/x", "//dev/mtd0", "/dev", "/a\x7f", "/" + "a" * 256],
)  # fmt: skip
def test_what_is_no_harmless_path_is_refused(value: str) -> None:
    with pytest.raises(CommandRefused):
        hole_type("absolute-path").render(value)


def test_an_unknown_hole_type_is_a_bug_that_says_so() -> None:
    with pytest.raises(DataError, match="abacus"):
        hole_type("abacus")


# What any shell or device command line could write with, as a word of its own.
WRITING = re.compile(
    r"[<>|&;`$\n\\]|(?<!\S)(set|add|add_list|del|del_list|delete|commit|revert|rename|reorder|import|batch|rm|mv|cp|dd|tee"
    r"|touch|mkdir|rmdir|ln|chmod|chown|kill|killall|reboot|poweroff|halt|reload|restart|stop|start|enable|disable"
    r"|sed|awk|vi|ed|wget|curl|scp|nc|opkg|apk|sysupgrade|firstboot|mtd|wifi|service|write|configure|conf|copy|erase"
    r"|format|clear|debug|install|exec|eval|sh|ash|sudo|request|load|save|up|down|flush|replace|change|-w|-s)(?!\S)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_profile_has_a_command_that_writes(platform: str) -> None:
    profile = load_profile(platform)
    mark = profile.end_mark.sends if profile.end_mark is not None else ""
    assert re.fullmatch(r'|; :put "[\w #]+"', mark), "what makes a device show the end of an answer prints a text"
    for command in profile.commands:
        for line in _instances(command):
            asked = line.removesuffix(mark).replace("/interface wifi ", "/interface ")  # a menu, not the program
            assert not WRITING.search(asked), f"{command.id}: {line}"


def test_the_search_for_writing_commands_finds_them() -> None:
    for line in ("uci set a=b", "uci commit", "cat a > b", "rm /x", "x | tee y", "ip link set up", "wifi reload"):
        assert WRITING.search(line), line


def test_only_one_place_opens_a_channel_and_there_the_gate_stands_before_it() -> None:
    """Whoever adds a second place, or drops the check, meets this test."""
    opening = {
        "create_process", "create_session", "create_subprocess", "open_session", "exec_command", "send_command",
        "start_sftp_client", "invoke_shell", "send_config_set", "create_subprocess_shell", "create_subprocess_exec",
    }  # fmt: skip
    found = []
    for file in sorted(Path(auditor.__file__).parent.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                sends = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in opening]
                found += [(file.name, function, call) for call in sends]
    assert [(file, function.name) for file, function, _ in found] == [
        ("exec_session.py", "_channel"),
        ("interactive.py", "_terminal"),
        ("password_command.py", "first_line"),  # a program of this machine
    ]
    _, channel, call = found[0]
    assert ast.unparse(call.args[0]) == channel.args.args[-1].arg == "line"
    _, _, terminal = found[1]
    assert ast.unparse(terminal.args[0]) == "None", "a terminal, and no command"


def test_who_opens_a_channel_has_asked_the_gate() -> None:
    """What goes to `_channel` is a command that passed, or the fixed script around commands that did."""
    source = ast.parse((Path(auditor.__file__).parent / "collect/exec_session.py").read_text(encoding="utf-8"))
    sent = {}
    for function in ast.walk(source):
        if not isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._channel":
                sent[function.name] = (ast.unparse(function.body[1]), ast.unparse(call.args[0]))
                stores = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "allowed"]
                assert sum(isinstance(node.ctx, ast.Store) for node in stores) == 1
    assert sent == {
        "run": ("allowed = self._gate.check(command)", "allowed"),
        "run_together": (
            "allowed = [self._gate.check(command) for command in first_batch(commands)]",
            "script(allowed, mark)",
        ),
    }


def test_what_goes_to_a_terminal_goes_through_the_gate() -> None:
    """One place writes to the wire of a terminal, and who calls it has asked the gate or answers one question."""
    collect = Path(auditor.__file__).parent / "collect"
    writes = [
        (file.name, function.name)
        for file in sorted(collect.glob("*.py"))
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("stdin.write", "_wire.send", "self._send"))
    ]
    assert writes == [
        ("interactive.py", "_write"), ("shell.py", "sendall"), ("shell.py", "answer_password"), ("shell.py", "_send"),
    ]  # fmt: skip


class _Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def hang_up(self) -> None:
        self.sent.append(b"hung up")


def _shell(*heard: bytes) -> tuple[Shell, _Wire]:
    profile = load_profile("cisco_ios")
    assert profile.terminal is not None
    wire = _Wire()
    shell = Shell("gw", gate_of(profile), profile.terminal, wire)
    for data in heard:
        shell.feed(data)
    return shell, wire


@pytest.mark.parametrize("line", ["show clock\n", "terminal length 0\n", "\n", "enable\n"])
def test_whole_lines_of_the_list_pass_a_shell(line: str) -> None:
    shell, wire = _shell()
    shell.sendall(line.encode())
    assert wire.sent == [line.encode()]


@pytest.mark.parametrize(
    "data",
    [
        b"show clock", b"show clock\r", b"show clock\n\n", b"show clock\nreload\n", b"configure terminal\n", b"sh",
        b"\r\n", b"\0", b"\x03", b"\x1a", b" ", b"q", b"y\n", b"terminal length 24\n",
        b"show clock | redirect flash:x\n", b"exit\n", b"show clock\xc3\xa9\n", b"!\n", b"not-a-secret\n", b"",
    ],
)  # fmt: skip
def test_nothing_else_passes_a_shell(data: bytes) -> None:
    shell, wire = _shell(b"gw#")
    with pytest.raises(CommandRefused):
        shell.sendall(data)
    assert wire.sent == []


def test_a_pager_gets_its_key_only_when_it_asks() -> None:
    shell, wire = _shell(b"interface Vlan1\r\n --More-- ")
    shell.sendall(b" ")
    assert wire.sent == [b" "]
    with pytest.raises(CommandRefused):
        shell.sendall(b" ")


@pytest.mark.parametrize(
    ("sent", "heard", "passes"),
    [
        (b"enable\n", b"enable\r\nPassword: ", True),
        (b"enable\n", b"enable\r\nPassword: \r\ngw#", False),
        (b"enable\n", b"", False),
        (b"show clock\n", b"show clock\r\nPassword: ", False),
        (b"\n", b"\r\nPassword: ", False),
    ],
)
def test_the_enable_secret_answers_its_question_and_nothing_else(sent: bytes, heard: bytes, passes: bool) -> None:
    shell, wire = _shell()
    shell.sendall(sent)
    shell.feed(heard)
    if passes:
        shell.answer_password(Secret("open sesame"))
        assert wire.sent == [sent, b"open sesame\n"]
        shell.feed(b"\r\nPassword: ")
    with pytest.raises(CommandRefused):
        shell.answer_password(Secret("open sesame"))


def test_a_secret_with_a_line_break_is_not_sent() -> None:
    shell, wire = _shell()
    shell.sendall(b"enable\n")
    shell.feed(b"Password: ")
    with pytest.raises(CommandRefused):
        shell.answer_password(Secret("x\nreload"))
    assert wire.sent == [b"enable\n"]


def _command(run: str, kind: str) -> Command:
    return Command("x", run, Kind.STATE, "a test", "x", holes={kind: kind}, values={kind: ("x",)})
