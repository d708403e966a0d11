"""All rules, found by walking this package when asked."""

import importlib
import pkgutil
from functools import cache

from auditor.rules.base import Rule

__all__ = ["Rule", "load_rules"]


@cache
def load_rules() -> tuple[Rule, ...]:
    """Import every module below this package that holds a `RULE`, and return the rules by topic and name."""
    rules: list[Rule] = []
    for module in sorted(pkgutil.walk_packages(__path__, f"{__name__}."), key=lambda module: module.name):
        if module.name.count(".") == 3:
            rule = getattr(importlib.import_module(module.name), "RULE", None)
            if isinstance(rule, Rule):
                rules.append(rule)
    return tuple(rules)
