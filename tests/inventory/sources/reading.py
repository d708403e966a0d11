"""Reads the text of a `sources:` key as an inventory would."""

from collections.abc import Callable
from pathlib import Path

from auditor.credentials import CredentialRef
from auditor.inventory.document import read
from auditor.inventory.mistakes import Mistakes
from auditor.inventory.sources import SourcedDevice, read_sources
from auditor.secrets import Secret


def sourced(text: str, base: Path, reveal: Callable[[CredentialRef], Secret] | None = None) -> dict[str, SourcedDevice]:
    """Return the devices by name; raises InventoryError with all mistakes."""
    mistakes = Mistakes("inventory.yaml")
    node = read(text.encode(), mistakes)
    assert node is not None
    devices = {device.name: device for device in read_sources(node, "sources", mistakes, base=base, reveal=reveal)}
    mistakes.raise_if_any()
    return devices


def values(device: SourcedDevice) -> dict[str, str]:
    """Return the texts of a device's keys."""
    return {key: text.value for key, text in device.keys.items()}


def places(device: SourcedDevice) -> dict[str, str]:
    """Return `file:line` of each key, with the bare name of the file."""
    return {key: f"{Path(device.files.get(key, device.file)).name}:{text.line}" for key, text in device.keys.items()}
