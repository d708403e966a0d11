"""`--dry-run`: whom a command would log in to, how and through what, and each line that would be sent.

Nothing is connected to, no name is looked up, and no credential is asked for or read: all of this is from the inventory
and the device profiles, and what could do more is not even loaded.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.text import Text

from auditor.cli.planned import Login, Plan, Sent, Way
from auditor.errors import UsageError
from auditor.inventory import DeviceEntry, Inventory, SiteEntry
from auditor.inventory.reaching import AtOnce
from auditor.profiles import Transport
from auditor.report.text import visible

_FEW = 6
NOTHING = "nothing was connected to, no name was looked up, and no credential was asked for or read"


@dataclass(frozen=True, slots=True)
class DryRun:
    """How it is told: as one JSON document, or as text, with every device if `verbose`."""

    json: bool = False
    verbose: bool = False

    @classmethod
    def read(cls, wanted: bool, *, as_json: bool, verbose: bool) -> "DryRun | None":
        """Read the options as typed; None: the real thing."""
        if not wanted and as_json:
            raise UsageError("--json goes with --dry-run")
        return cls(as_json, verbose) if wanted else None


def show(
    found: Inventory,
    sites: tuple[SiteEntry, ...],
    wanted: DryRun,
    console: Console,
    *,
    kept: tuple[DeviceEntry, ...] = (),
) -> None:
    """Print what would be done for these sites and their devices; `kept` are not asked, the last audit did."""
    plan = Plan.of(found, sites, kept)
    if wanted.json:
        console.out(json.dumps(document(plan), indent=2, ensure_ascii=True), highlight=False)
        return
    for line in text(plan, verbose=wanted.verbose):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def document(plan: Plan) -> dict[str, object]:
    """All of it, for scripts."""
    return {
        "dry_run": _nothing(plan),
        "inventory": plan.inventory,
        "sites": [site.name for site in plan.sites],
        "at_once": asdict(plan.at_once),
        "devices": [_login(login) for login in plan.logins],
        "sent": {
            recipe: [{key: value for key, value in asdict(each).items() if value or key == "line"} for each in lines]
            for recipe, lines in plan.recipes.items()
        },
        "saved": [
            {"device": each.key, "platform": each.platform, "captures": str(each.captures)} for each in plan.saved
        ],
        "kept": [each.key for each in plan.kept],
        "not_supported": [{"device": each.key, "platform": each.platform} for each in plan.left_out],
    }


def _nothing(plan: Plan) -> str:
    """What was not done; a server that the inventory itself is read from is asked even so."""
    if not plan.servers:
        return NOTHING
    return f"{NOTHING}, except for the inventory itself, which was read from {', '.join(plan.servers)} with its token"


def _login(login: Login) -> dict[str, object]:
    device, way = login.device, login.way
    return {
        "device": device.key,
        "sites": list(login.sites),
        "host": device.host,
        "port": device.port,
        "user": device.username,
        "credential": way.credential,
        "enable": way.enable or None,
        "path": list(way.path),
        "transport": str(device.transport or Transport.SSH),
        "old_ssh": device.old_ssh,
        "timeouts": asdict(way.timeouts),
        "sent": way.recipe,
    }


def text(plan: Plan, *, verbose: bool) -> Iterator[Text]:
    """The same for people: devices that are reached in the same way together, and each list of commands once."""
    yield Text.assemble(("dry run: ", "bold"), visible(_nothing(plan)))
    counts = [_number(len(plan.sites), "site"), f"{_number(len(plan.logins), 'device')} to log in to"]
    if plan.saved:
        counts.append(f"{_number(len(plan.saved), 'saved capture')} to read")
    if plan.left_out:
        counts.append(f"{_number(len(plan.left_out), 'device')} of platforms that this version does not know")
    yield Text(f"{visible(plan.inventory)}: {', '.join(counts)}")
    if plan.logins:
        yield Text(f"at once: {_at_once(plan.at_once)}")
    groups: dict[Way, list[Login]] = {}
    for login in plan.logins:
        groups.setdefault(login.way, []).append(login)
    for way, logins in groups.items():
        yield Text()
        yield Text.assemble((visible(way.recipe), "bold"), f"  {_number(len(logins), 'device')}")
        yield from _way(way)
        yield from _devices(logins, verbose=verbose)
    for recipe, lines in plan.recipes.items():
        yield Text()
        yield Text.assemble(("what is sent to ", "bold"), (visible(recipe), "bold"), "  {} is filled in by the device")
        yield from _commands(lines)
    yield from _listed(
        "answered from what the last audit kept (--fresh asks them)",
        (each.key for each in plan.kept),
        verbose=verbose,
    )
    yield from _listed(
        "saved captures that are read", (f"{e.key}  {e.captures} ({e.platform})" for e in plan.saved), verbose=verbose
    )
    yield from _listed(
        "not collected: this version does not know their platform",
        (f"{e.key}  {e.platform}" for e in plan.left_out),
        verbose=verbose,
    )


def _way(way: Way) -> Iterator[Text]:
    through = ", then ".join(way.path) or "no jump host, unless ~/.ssh/config names one"
    waits = way.timeouts
    seconds = (
        f"connect {waits.connect:g} s, login {waits.login:g} s, command {waits.command:g} s, "
        f"slow command {waits.slow_command:g} s, all of a device {waits.device:g} s"
    )
    for word, said in (
        ("user", way.user),
        ("credential", way.credential),
        ("enable", way.enable),
        ("through", through),
        ("time-outs", seconds),
        ("algorithms", "those of old devices, too" if way.old_ssh else ""),
    ):
        if said:
            yield Text.assemble(f"  {word:<12}", visible(said))


def _devices(logins: list[Login], *, verbose: bool) -> Iterator[Text]:
    if verbose or len(logins) == 1:
        for login in logins:
            shared = f"  shared by {len(login.sites)} sites" if login.device.shared and len(login.sites) > 1 else ""
            yield Text.assemble(
                "  device      ", (visible(login.device.key), "cyan"), f"  {visible(login.place)}", shared
            )
        return
    named = ", ".join(f"{visible(each.device.key)} {visible(each.place)}" for each in logins[:_FEW])
    more = f" and {len(logins) - _FEW:,} more (--verbose)" if len(logins) > _FEW else ""
    yield Text.assemble("  devices     ", (named, "cyan"), more)


def _commands(lines: Iterable[Sent]) -> Iterator[Text]:
    for each in lines:
        notes = [each.when, each.holes, "slow" if each.slow else ""]
        told = "; ".join(note for note in notes if note)
        yield Text.assemble("  ", each.line or "(empty line)", (f"    # {told}" if told else "", "dim"))
        if each.by_root:
            yield Text.assemble("    if refused: ", each.by_root, style="dim")


def _listed(title: str, lines: Iterable[str], *, verbose: bool) -> Iterator[Text]:
    listed = list(lines)
    if not listed:
        return
    yield Text()
    yield Text(title, style="bold")
    shown = listed if verbose else listed[: 3 * _FEW]
    for line in shown:
        yield Text(f"  {visible(line)}")
    if len(shown) < len(listed):
        yield Text(f"  and {len(listed) - len(shown):,} more (--verbose)")


def _at_once(limits: AtOnce) -> str:
    jitter = f"; each first connection after up to {limits.jitter:g} s" if limits.jitter else ""
    return (
        f"{_number(limits.devices, 'device')}, {limits.site} of a site, {limits.jump_host} through a jump host, "
        f"{limits.address} at an address{jitter}"
    )


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
