"""What an edit says that it activates, the profile knows: an effect without a name would disconnect nobody."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from auditor.profiles import load_profile

FOLDER = Path(import_module("auditor.platforms.cisco_ios").__file__ or "").parent
EDITORS = sorted(file.stem for file in FOLDER.glob("*_edit.py"))


def _services(name: str) -> set[str]:
    """All that a module hands over as `services`, written there or as a constant of the module."""
    module = import_module(f"auditor.platforms.cisco_ios.{name}")
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    words = (node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "services")
    found = (vars(module)[word.id] if isinstance(word, ast.Name) else ast.literal_eval(word) for word in words)
    return {service for services in found for service in services}


@pytest.mark.parametrize("name", EDITORS)
def test_each_service_of_an_edit_has_an_effect(name: str) -> None:
    services = _services(name)
    assert services
    assert services <= load_profile("cisco_ios").effects.keys()
