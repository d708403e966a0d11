"""Texts of RouterOS for property tests: odd ones, tidy ones, and the real ones where they lie."""

import os
from pathlib import Path

from hypothesis import strategies as st

_ODD = st.sampled_from(
    [
        "/ip dns",
        "/ip/dhcp-server",
        "add",
        "set",
        "[ find default-name=wlan1 ]",
        "[ find",
        "]",
        "name=x",
        'name="a b"',
        'comment="',
        '"',
        "=",
        "\\",
        "\\\n    ",
        "\\\r\n",
        "\n",
        "\r\n",
        "#",
        "# 2024-01-01 10:00:00 by RouterOS 7.16",
        ".ssid=",
        "security.passphrase=",
        "!disabled",
        "{",
        "}",
        ";",
        "$x",
        "*1",
        "0",
        "\x1b[9999B",
        "[admin@My Router] > ",
        r"\C3\BC",
        r"\C3",
        r"\$",
        "é",
        " ",
        "\t",
        "\x00",
    ]
)
TEXTS = st.one_of(
    st.lists(st.one_of(_ODD, st.just(" "), st.text(max_size=4)), max_size=40).map("".join),
    st.text(max_size=80),
)

_MENUS = st.sampled_from(["ip dhcp-server", "interface wifi", "ip firewall filter", "ip dns static"])
_NAMES = st.sampled_from(["comment", "lease-time", "configuration.ssid", "security.ft", "disabled", "chain"])
PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Zl", "Zp", "Co"]), max_size=12).filter(
    str.isprintable
)


def shown(value: str) -> str:
    """Write a value in quotes, as the manual says."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


@st.composite
def _statements(draw: st.DrawFn, number: int) -> str:
    names = draw(st.lists(_NAMES, unique=True, min_size=1, max_size=4))
    written = " ".join(f"{name}={shown(draw(PLAIN))}" for name in names)
    head = f"set [ find default-name=e{number} ]" if draw(st.booleans()) else f"add name=n{number}"
    return f"{head} {written}"


@st.composite
def tidy(draw: st.DrawFn) -> str:
    """An export as a device writes it: menus, each with some items; with or without full lines."""
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    terse = draw(st.booleans())
    lines = ["# 2024-05-01 10:00:00 by RouterOS 7.14.3", "# software id = ABCD-EFGH", "#"]
    number = 0
    for menu in draw(st.lists(_MENUS, unique=True, max_size=4)):
        lines += [] if terse else [f"/{menu}"]
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            statement = draw(_statements(number))
            if draw(st.booleans()):
                statement = statement.replace('="', f'="\\{ending}    ', 1)
            lines.append(f"/{menu} {statement}" if terse else statement)
    return ending.join(lines) + draw(st.sampled_from(["", ending]))


TIDY = tidy()

_CORPUS = Path(os.environ.get("AUDITOR_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus"))


def real_files() -> list[Path]:
    """Return real exports, where this checkout stands beside them."""
    return sorted(path for path in (_CORPUS / "routeros").rglob("*") if path.is_file())


def real_text(path: Path) -> str:
    """Return a real export as it is captured."""
    return path.read_bytes().decode("utf-8", "backslashreplace")
