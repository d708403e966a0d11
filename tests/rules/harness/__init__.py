"""Reads rule cases from Markdown, audits the shop that each describes, and proves what the case says."""

from tests.rules.harness.case import Case, CaseError, Expected, read_cases
from tests.rules.harness.prove import module_of, problems
from tests.rules.harness.shop import Shop, shop_of

__all__ = ["Case", "CaseError", "Expected", "Shop", "module_of", "problems", "read_cases", "shop_of"]
