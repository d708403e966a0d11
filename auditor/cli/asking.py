"""The shop that a question is about: its captures, and who is meant by `--from` and `--to`."""

import asyncio
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import yaml
from rich.console import Console

from auditor.capture import Capture, Failure
from auditor.cli import dry_run, selection
from auditor.cli.gathering import Gathered, gather, is_live, live_devices
from auditor.cli.keeping import kept
from auditor.cli.progress import Shown
from auditor.cli.single import inventory_for, selector_keys
from auditor.cli.workplace import Workplace
from auditor.errors import InventoryError, UsageError
from auditor.inventory import Inventory, PosGroup, SiteEntry, formats, loads
from auditor.model import Span
from auditor.pipeline import SiteReport, audit
from auditor.policies import load_policy
from auditor.site import Pos, Readers, Site

_COMMAND_LINE = Path("command line")


@dataclass(frozen=True, slots=True)
class Shop:
    """Which shop is asked about, and how its captures are come by.

    `target` is an inventory, of which `selection` leaves one site, or a saved configuration of the platform that stands
    there; then `readers` and `pos` say where they are. `fresh`: collect from the devices, although captures of an audit
    are kept.
    """

    target: Path
    selection: selection.Selection
    readers: tuple[str, ...]
    pos: tuple[str, ...]
    fresh: bool
    accept_new: bool
    dry: dry_run.DryRun | None = None

    @property
    def platform(self) -> str | None:
        """The platform of a saved configuration."""
        return selection.saved_platform(self.target, self.selection.platforms)

    @property
    def command(self) -> str:
        """How the audit of the same shop begins on the command line."""
        if self.platform is not None:
            given = [("readers", each) for each in self.readers] + [("pos", each) for each in self.pos]
            more = "".join(f" --{option} {shlex.quote(value)}" for option, value in given)
            return f"auditor audit {shlex.quote(str(self.target))} --platform {self.platform}{more}"
        return f"auditor audit {shlex.quote(str(self.target))}{self.selection.words}"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a question as it was typed.

    `kind` is `pos` or `readers` for all groups of that kind, else ''. `group` is an entry for a selector or an address,
    which has the name `text` in the site. `address` is set for an IPv4 address.
    """

    text: str
    kind: str = ""
    group: PosGroup | None = None
    address: IPv4Address | None = None

    def among(self, clients: Iterable[Pos | Readers]) -> tuple[Pos | Readers, ...]:
        """The clients of a site that are meant; several where a group has several places."""
        return tuple(each for each in clients if each.name == self.text or each.name.startswith(f"{self.text}/"))


def end(text: str, *, option: str, entry: SiteEntry) -> End | None:
    """Read one end: a group, `pos` or `readers`, an address, a MAC address or a selector; None: something else."""
    if text in groups_of(entry):
        return End(text)
    if text in ("pos", "readers"):
        return End(text, text)
    try:
        address = ip_address(text)
    except ValueError:
        pass
    else:
        if not isinstance(address, IPv4Address):
            raise UsageError(f"{option} takes IPv4 addresses; {text} is an IPv6 address")
        return End(text, group=_group(text, {"ip": text}, option), address=address)
    try:
        return End(text, group=_group(text, {"mac": formats.MAC.parse(text)}, option))
    except ValueError:
        pass
    return End(text, group=_group(text, selector_keys(text), option)) if "=" in text else None


def groups_of(entry: SiteEntry) -> tuple[str, ...]:
    """The names of all declared groups."""
    return tuple(dict.fromkeys([*(group.name for group in entry.pos), *(group.name for group in entry.readers)]))


def source_of(text: str, entry: SiteEntry) -> End:
    """Read who asks; `UsageError` says what can be named."""
    source = end(text, option="--from", entry=entry)
    if source is None:
        kinds = "pos, readers, a group, an address, a MAC address or a selector such as ssid=SHOP-POS"
        names = ", ".join(groups_of(entry)) or "none"
        raise UsageError(f"--from takes {kinds}; there is no group '{text}'; groups: {names}")
    return source


def clients(site: Site, asked: End, ends: tuple[End, ...], *, readers_first: bool = False) -> tuple[Pos | Readers, ...]:
    """Who is meant by one of the ends of a question.

    Readers and points of sale may go by one name, and then those that such an end is about in general count.
    """
    undeclared = {each.group.name for each in ends if each.group is not None}
    match asked.kind:
        case "pos":
            return tuple(each for each in site.pos if each.name not in undeclared)
        case "readers":
            return site.readers
        case _:
            pos, readers = asked.among(site.pos), asked.among(site.readers)
            return (readers or pos) if readers_first else (pos or readers)


def _group(text: str, keys: dict[str, str], option: str) -> PosGroup:
    """Make a group of clients of a selector, as if it stood in the inventory under its own text."""
    listed = {**keys, "dns": keys["dns"].split()} if "dns" in keys else keys
    document = yaml.safe_dump({"sites": {"asked": {"pos": {"asked": listed}}}}, allow_unicode=True)
    try:
        (group,) = loads(document.encode(), _COMMAND_LINE, words=selection.words()).sites[0].pos
    except InventoryError as error:
        said = "; ".join(f"{mistake.key.rpartition('.')[2]}: {mistake.message}" for mistake in error.mistakes)
        raise UsageError(f"{option} {text}: {said}") from error
    line = Span("", str(_COMMAND_LINE), 1, 1)
    entries = tuple(replace(each, selector=replace(each.selector, line=line)) for each in group.entries)
    return PosGroup(text, entries)


def found(shop: Shop) -> tuple[Inventory, SiteEntry]:
    """Return the inventory and the one site that is meant."""
    if shop.platform is not None:
        if not shop.target.exists():
            raise UsageError(f"there is no saved configuration {shop.target}")
        inventory = inventory_for(
            shop.target, shop.platform, readers=shop.readers, pos=shop.pos, integration=None, hours=None
        )
        return inventory, inventory.sites[0]
    for option, given in (("readers", shop.readers), ("pos", shop.pos)):
        if given:
            raise UsageError(f"--{option} goes with --platform; write it in the inventory")
    inventory = selection.inventory(shop.target)
    sites = shop.selection.of(inventory).sites
    if len(sites) != 1:
        names = ", ".join(site.name for site in sites[:10])
        raise UsageError(f"a question is about one site; add --site with one of: {names}")
    return inventory, sites[0]


def only_told(shop: Shop, inventory: Inventory, entry: SiteEntry) -> bool:
    """Tell, if a dry run was asked for, what an answer would take."""
    if shop.dry is None:
        return False
    kept_ones = _from_the_last_audit(shop, Workplace(inventory.path), entry) is not None
    mine = tuple(device for device in entry.devices if is_live(device)) if kept_ones else ()
    dry_run.show(inventory, (entry,), shop.dry, Console(), kept=mine)
    return True


def joined(shop: Shop, inventory: Inventory, entry: SiteEntry, ends: Iterable[End]) -> SiteReport:
    """Read and join the shop, with the clients that a question names as further points of sale; nothing is judged."""
    gathered = _gathered(shop, inventory, entry)
    asked = tuple(dict.fromkeys(each.group for each in ends if each.group is not None))
    wanted = replace(gathered.site, pos=(*gathered.site.pos, *asked))
    policy, now = load_policy(entry.policy), datetime.now(UTC)
    return audit(wanted, gathered.captures, gathered.failures, policy, now, rules=())


def _gathered(shop: Shop, inventory: Inventory, entry: SiteEntry) -> Gathered:
    """Take saved captures from where they are, and those of live devices from the last audit if it kept some."""
    workplace = Workplace(inventory.path)
    live = [device for device in entry.devices if is_live(device)]
    if (old := _from_the_last_audit(shop, workplace, entry)) is not None:
        saved = replace(entry, devices=tuple(device for device in entry.devices if not is_live(device)))
        rest = asyncio.run(_collected(shop, saved, workplace))
        mine = {device.name for device in live}
        captures = tuple(capture for capture in old if capture.device in mine)
        lost = mine - {capture.device for capture in captures}
        failures = tuple(
            Failure(device.name, device.platform, "the last audit got nothing from it", "ask with --fresh", 0)
            for device in live
            if device.name in lost
        )
        return Gathered(entry, (*captures, *rest.captures), (*failures, *rest.failures))
    return asyncio.run(_collected(shop, entry, workplace))


def _from_the_last_audit(shop: Shop, workplace: Workplace, entry: SiteEntry) -> tuple[Capture, ...] | None:
    """What stands in for live devices; None if they are asked, or there are none."""
    if shop.fresh or not any(map(is_live, entry.devices)):
        return None
    return _last(workplace, entry)


def _last(workplace: Workplace, entry: SiteEntry) -> tuple[Capture, ...] | None:
    """The captures that the last audit of a site kept; None if there are none."""
    try:
        return kept(workplace, entry).captures or None
    except UsageError:
        return None


async def _collected(shop: Shop, entry: SiteEntry, workplace: Workplace) -> Gathered:
    if not entry.devices:
        return Gathered(entry, (), ())
    with Shown(Console(stderr=True), len(live_devices([entry]))) as progress:
        strict = shop.platform is not None
        async for ready in gather([entry], workplace, progress, accept_new=shop.accept_new, strict=strict):
            return ready
    raise UsageError(f"{entry.name} gave nothing")
