"""Every case of every rule, and that every rule has cases."""

from pathlib import Path

import pytest

from auditor.rules import Rule, load_rules
from tests.rules.harness import Case, CaseError, module_of, problems, read_cases

FILES = sorted(Path(__file__).parent.glob("*/*/*.md"))


def _cases() -> list[object]:
    """One parameter a case; a file that cannot be read is one that fails."""
    found: list[object] = []
    for file in FILES:
        try:
            found += [pytest.param(case, id=case.id) for case in read_cases(file)]
        except CaseError as error:
            found.append(pytest.param(error, id=f"{file.parent.parent.name}.{file.parent.name}-{file.stem}"))
    return found


@pytest.mark.parametrize("case", _cases())
def test_case(case: Case | CaseError) -> None:
    if isinstance(case, CaseError):
        pytest.fail(str(case), pytrace=False)
    try:
        found = problems(case)
    except CaseError as error:
        pytest.fail(str(error), pytrace=False)
    if found:
        lines = "".join(f"\n  - {problem}" for problem in found)
        pytest.fail(f"{case.file}:{case.markdown_line}: {case.title}{lines}", pytrace=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}.{file.parent.name}")
def test_titles_differ(file: Path) -> None:
    ids = [case.id for case in read_cases(file)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_cases(rule: Rule) -> None:
    folder = module_of(rule).replace(".", "/")
    assert any(file.parent.as_posix().endswith(folder) for file in FILES), f"write tests/rules/{folder}/openwrt.md"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}.{file.parent.name}")
def test_every_file_of_cases_has_a_rule(file: Path) -> None:
    assert f"{file.parent.parent.name}.{file.parent.name}" in {module_of(rule) for rule in load_rules()}
