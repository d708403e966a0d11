"""Reads whole sites from Markdown, audits them, and compares verdicts, ways, names and fixes with what they say."""

from tests.sites.harness.compare import problems
from tests.sites.harness.site_file import SiteFile, read_site

__all__ = ["SiteFile", "problems", "read_site"]
