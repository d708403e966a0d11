"""Runs on disk: what was collected is kept as it arrives, so that a run that ends early is resumed, not repeated."""

from auditor.runs.journal import Failed, Login, Saved
from auditor.runs.listing import find, runs, tidy
from auditor.runs.objects import Objects
from auditor.runs.run import Manifest, Run, fingerprint

__all__ = ["Failed", "Login", "Manifest", "Objects", "Run", "Saved", "find", "fingerprint", "runs", "tidy"]
