"""Where a piece of evidence stands, as SARIF says it: an artifact by its URI, and a region of lines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditor.report.text import visible

CAPTURES = "CAPTURES"
"""The name of the base that captures' URIs are relative to; where it lies is known to whoever collects reports."""


def uri(site: str, device: str, file: str) -> str:
    """Return a relative reference (RFC 3986) of a captured file: `lyon-01/gw/etc/config/dhcp`.

    Names come from inventories and devices, so `..` is no step upwards and nothing in a name divides.
    """
    names = [site, device, *(part for part in file.split("/") if part)]
    return "/".join(map(_segment, names))


def artifact(site: str, device: str, file: str) -> dict[str, Any]:
    """Name a file of a capture, or of the inventory, which belongs to no device."""
    if device:
        return {"uri": uri(site, device, file), "uriBaseId": CAPTURES}
    path = Path(visible(file))
    return {"uri": path.as_uri() if path.is_absolute() else "/".join(map(_segment, path.parts)) or "inventory"}


def location(site: str, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Place a piece of evidence that has a line."""
    first = evidence["line"]
    region = {"startLine": first, "endLine": max(first, evidence["end_line"] or first)}
    said = {"region": {**region, "snippet": {"text": visible(evidence["text"])}}} if evidence["text"] else {}
    where = {"artifactLocation": artifact(site, evidence["device"], evidence["file"]), "region": region, **said}
    found: dict[str, Any] = {"physicalLocation": where}
    if evidence["note"]:
        found["message"] = {"text": visible(evidence["note"])}
    return found


def _segment(name: str) -> str:
    shown = visible(name)
    return quote(shown, safe="") if shown.strip(".") else "_" * max(1, len(shown))
