"""Texts of IOS devices for property tests: tidy configurations, damaged ones, and pieces that readers trip over."""

import os
from pathlib import Path

from hypothesis import strategies as st

_CORPUS = Path(os.environ.get("AUDITOR_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus")) / "ios"

_WORD = st.text(st.sampled_from("abcPOS123-./:|#!?\"'$"), min_size=1, max_size=8)
_LINE = st.one_of(
    st.lists(_WORD, min_size=1, max_size=5).map(" ".join),
    st.sampled_from(
        (
            "interface Vlan30", "ip dhcp pool POS", "lease 0 2", "no shutdown", "switchport protected", "exit",
            "permit tcp any any eq 443", "10 permit ip any any", "end of it", "description end", "version 17.9",
            "exit-address-family", "description x^C", "no ip http server",
        )
    ),
)  # fmt: skip
_PLAIN = _LINE.filter(lambda line: line.strip() == line and line[0] not in "!#" and line != "end")


@st.composite
def tidy(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A configuration as a device writes it, and its commands: blocks, separators, a banner, `end`."""
    lines = ["!", "version 17.9", "!"]
    for _ in range(draw(st.integers(0, 6))):
        lines.append(f"block {draw(_PLAIN)}")
        for _ in range(draw(st.integers(0, 4))):
            lines.append(f" {draw(_PLAIN)}")
            lines += [f"  {draw(_PLAIN)}" for _ in range(draw(st.integers(0, 2)))]
        lines.append("!")
    said = [line for line in lines if line != "!"]
    if draw(st.booleans()):
        inside = draw(st.lists(st.sampled_from(("end", "interface Vlan1", " x", "", "!", "router# show")), max_size=4))
        lines += ["banner motd ^C", *inside, "^C"]
        said.append("banner motd ^C")
    return "\n".join([*lines, "end", ""]), said


PIECES = (
    "interface Vlan1\n", " shutdown\n", "  x\n", "   y\n", "!\n", " !\n", "end\n", " end\n", "banner motd ^C\n", "^C\n",
    "banner motd #\n", "banner login $ a $\n", "banner exec \x03\n", "\x03\n", "crypto pki certificate chain X\n",
    " certificate self-signed 01\n", "  30820321 3082\n", "  \tquit\n", "quit\n", "macro name m\n", "@\n",
    " --More-- \x08\x08\x08\x08\x08", "\x1b[2J", "\r\n", "\r", "\t", "gw#show running-config\n", "gw>", "gw#\n",
    "Building configuration...\n", "Current configuration : 1 bytes\n", "\n", " ", "no ", "key-string\n", "\x08 \x08",
    "banner motd x", "certificate ", "\x00", "\u2028", "\x0b", "\x0c", "\x85", "menu m title ^C\n",
)  # fmt: skip
TIDY = tidy()
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    TIDY.map(lambda made: made[0]),
    st.tuples(TIDY, st.integers(0, 400), st.sampled_from(PIECES)).map(
        lambda t: t[0][0][: t[1]] + t[2] + t[0][0][t[1] :]
    ),
)


def real_files() -> list[Path]:
    """Configurations that others published, where the collection is at hand."""
    return sorted(path for path in _CORPUS.rglob("*") if path.is_file()) if _CORPUS.exists() else []
