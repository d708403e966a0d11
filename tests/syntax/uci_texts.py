"""UCI texts for property tests: odd ones built from the pieces of the grammar, and real ones if they are there."""

import os
from pathlib import Path

from hypothesis import strategies as st

_CORPUS = Path(os.environ.get("AUDITOR_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus"))

NAMES = st.sampled_from(["a", "b", "key", "ssid", "password", "x_1"])
SECTION_NAMES = st.sampled_from(["one", "two", "three"])
TYPES = st.sampled_from(["host", "wifi-iface", "zone"])
PLAIN_VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\0"), min_size=1, max_size=12)

_PIECES = st.sampled_from(
    [
        "config host 'one'\n",
        "config wifi-iface 'two'\n",
        "config zone\n",
        "config zone 'bad-name'\n",
        "c host three ; o a 1\n",
        "\n",
        "# option key oldpassword\n",
        "\toption a 'x'\n",
        '\toption a "y z"\n',
        "\toption b x#y\n",
        "\tlist a 'x'; list a y\n",
        "\tlist a 'z'\r\n",
        "\toption a ''\n",
        "\toption b\n",
        "option a x; option b hidden\n",
        "option key my secret phrase\n",
        "option key-x my secret phrase\n",
        "option password 'several\nlines'\n",
        'option password "several\\\nlines"\n',
        "option b 'swallowed\n\toption key '",
        "option a one\\\ntwo\n",
        "package other\n",
        "'",
        '"',
        "\\",
        ";",
        "#",
        " ",
        "\n",
        "\r\n",
        "\0",
        "key ",
        "option ",
        "list ",
        "config ",
        "password=",
    ]
)
TEXTS = st.one_of(st.lists(_PIECES, max_size=14).map("".join), st.text(max_size=40))


@st.composite
def _section(draw: st.DrawFn) -> str:
    name = draw(SECTION_NAMES)
    lines = [f"config {draw(TYPES)}" + (f" '{name}'" if draw(st.booleans()) else "")]
    for _ in range(draw(st.integers(0, 5))):
        keyword = draw(st.sampled_from(["option", "list", "o", "l"]))
        value = draw(st.sampled_from(["1", "'x y'", '"q"', "''", "'it'\\''s'", "'1'  # why"]))
        indent = draw(st.sampled_from(["\t", "  ", ""]))
        lines.append(f"{indent}{keyword} {draw(NAMES)} {value}")
    if draw(st.booleans()):
        lines.append("")
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


TIDY_TEXTS = st.lists(_section(), min_size=1, max_size=5).map("".join)


def real_files() -> list[Path]:
    """Return the public sample files, none if they are not on this machine."""
    return sorted(path for path in (_CORPUS / "openwrt").glob("**/*") if path.is_file())


def real_text(path: Path) -> str:
    """Return a sample as a device would give it, line breaks untouched."""
    return path.read_bytes().decode("utf-8", "surrogateescape")
