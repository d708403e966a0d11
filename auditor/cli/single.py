"""An inventory of one site, made from the command line for one saved configuration."""

from pathlib import Path

import yaml

from auditor.cli.selection import words
from auditor.errors import InventoryError, UsageError
from auditor.inventory import Inventory, loads

_COMMAND_LINE = Path("command line")


def inventory_for(
    target: Path,
    platform: str,
    *,
    readers: tuple[str, ...],
    pos: tuple[str, ...],
    integration: str | None,
    hours: str | None,
) -> Inventory:
    """Return an inventory with one site and one device, as if it stood in a file; `UsageError` says what is wrong."""
    name = target.resolve().name.partition(".")[0] or "device"
    site: dict[str, object] = {"devices": {name: {"captures": str(target.resolve()), "platform": platform}}}
    if readers:
        site["readers"] = [selector_keys(text) for text in readers]
    if pos:
        site["pos"] = [selector_keys(text) for text in pos]
    if integration:
        site["integration"] = integration
    if hours:
        site["opening_hours"] = {"daily": hours}
    text = yaml.safe_dump({"sites": {name: site}}, allow_unicode=True, sort_keys=False)
    try:
        return loads(text.encode(), _COMMAND_LINE, words=words())
    except InventoryError as error:
        raise UsageError("\n".join(f"{m.key}: {m.message}" for m in error.mistakes)) from error


def selector_keys(text: str) -> dict[str, str]:
    """Read `ssid=SHOP-POS,model=bbpos-wisepos-e`."""
    entry: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise UsageError(f"'{part}' is not key=value; for example --readers ssid=SHOP-POS,model=bbpos-wisepos-e")
        entry[key.strip()] = value.strip()
    return entry
