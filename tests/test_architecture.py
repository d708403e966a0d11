"""Who may import whom, what start-up may load, and that the declared dependencies are those that are used."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "auditor"

# What only some commands need; each costs more than all the rest of the start-up.
HEAVY = {"asyncssh", "cryptography", "keyring", "napalm", "netmiko", "paramiko", "psycopg", "sqlalchemy", "sqlite3"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_layers() -> None:
    checked = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["explain", "dhcp-lease-too-short"], ["rules"]])
def test_quick_commands_load_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
sys.argv = ["auditor", *{arguments!r}]
try:
    from auditor.cli import main
    main()
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted({HEAVY!r} & set(sys.modules)))
"""
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


def modules() -> list[str]:
    files = PACKAGE.rglob("*.py")
    dotted = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return sorted(name.removesuffix(".__init__") for name in dotted if not name.endswith("__main__"))


def test_importing_does_no_work() -> None:
    """No module may write, connect or start anything when it is imported: the audit hook of Python tells."""
    code = f"""
import importlib, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "sqlite3.connect", "os.mkdir"):
        raise SystemExit(f"{{event}} {{arguments}} while importing {{name}}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"{{event}} {{arguments}} while importing {{name}}")

sys.dont_write_bytecode = True
for library in {sorted(used_libraries())!r}:
    importlib.import_module(library)  # what libraries do is theirs
sys.addaudithook(refuse)
for name in {modules()!r}:
    importlib.import_module(name)
"""
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr


def used_libraries() -> set[str]:
    used: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                used.add(node.module.split(".")[0])
    return used - set(sys.stdlib_module_names) - {"auditor"}


# Nobody imports them: zoneinfo looks for tzdata on machines without time zones of their own, of ntc-templates only the
# templates are read, and SQLAlchemy loads psycopg.
DATA = {"ntc-templates", "psycopg", "tzdata"}


def test_the_declared_dependencies_are_those_that_are_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    declared = {re.split(r"[\[>]", requirement)[0] for requirement in (*project["dependencies"], *optional)} - DATA
    distributions = packages_distributions()
    used = {distributions[library][0].lower() for library in used_libraries()}
    assert used == declared


@pytest.mark.parametrize("name", ["runtime", "build", "dev"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    requirements = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    assert requirements
    assert all("==" in line and "--hash=sha256:" in line for line in requirements)
    assert "://" not in text
    assert "--index" not in text


def test_pins_agree_with_the_ranges_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
    assert set(project["dependencies"]) <= set(asked)


def test_no_group_has_a_possessive_quantifier() -> None:
    """Python before 3.11.5 takes a wrong way back within them (python/cpython#106052); atomic groups are right."""
    wrong = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")
    found = [
        f"{path}:{number}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if wrong.search(line)
    ]
    assert found == []
