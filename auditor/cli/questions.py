"""Commands that ask about one shop or device: `path`, `resolve`, `model`."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import (
    AcceptOption,
    AskedPosOption,
    AskedReadersOption,
    DryJsonOption,
    DryRunOption,
    FreshOption,
    GroupOption,
    InventoryOption,
    JsonOption,
    OneSiteOption,
    PlatformOption,
    PlatformOrSavedOption,
    QuestionArgument,
    SiteOption,
    SourceOption,
    TagOption,
    WithDeviceOption,
)
from auditor.cli.typed import dry_run_of, selection_of


def path(
    inventory: QuestionArgument = Path("inventory.yaml"),
    source: SourceOption = "pos",
    target: Annotated[
        str,
        typer.Option(
            "--to", help="Whom they open connections to: readers, a group, a selector, an address, a host or internet."
        ),
    ] = "readers",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Default: the policy's port.")] = None,
    protocol: Annotated[str, typer.Option("--protocol", help="tcp, udp or icmp (a ping).")] = "tcp",
    site: OneSiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    device: WithDeviceOption = None,
    platform: PlatformOrSavedOption = None,
    readers: AskedReadersOption = None,
    pos: AskedPosOption = None,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
    accept_new_host_keys: AcceptOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Follow packets of new connections from some clients to others or to the internet, hop by hop.

    Clients are named by their group in the inventory, by `pos` or `readers` (all groups of that kind), by an IPv4 or
    MAC address, or by a selector such as ssid=SHOP-POS, vlan=30 or subnet=192.168.30.0/24. The answer is from the
    captures of the last audit if it kept some, and says how old they are.

    Exit codes: 0 open, 1 blocked, 2 usage or inventory, 3 it cannot be told.
    """
    from auditor.cli.asking import Shop
    from auditor.cli.path import Question, run

    asked = selection_of(site, group, tag, device, platform)
    dry = dry_run_of(dry_run, dry_run and as_json, False)
    shop = Shop(inventory, asked, tuple(readers or ()), tuple(pos or ()), fresh, accept_new_host_keys, dry)
    raise typer.Exit(run(shop, Question(source, target, port, protocol.lower(), as_json)))


def resolve(
    name: Annotated[str, typer.Argument(help="The name that clients ask for.")],
    inventory: QuestionArgument = Path("inventory.yaml"),
    source: SourceOption = "pos",
    site: OneSiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    device: WithDeviceOption = None,
    platform: PlatformOrSavedOption = None,
    readers: AskedReadersOption = None,
    pos: AskedPosOption = None,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
    accept_new_host_keys: AcceptOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Follow a question for a name through every resolver that clients may ask, with what each of them does.

    The name of a reader says which address it must be answered with; other names may be answered with any. The answer
    is from the captures of the last audit if it kept some, and says how old they are.

    Exit codes: 0 answered, 1 kept back, 2 usage or inventory, 3 it cannot be told.
    """
    from auditor.cli.asking import Shop
    from auditor.cli.resolve import run

    asked = selection_of(site, group, tag, device, platform)
    dry = dry_run_of(dry_run, dry_run and as_json, False)
    shop = Shop(inventory, asked, tuple(readers or ()), tuple(pos or ()), fresh, accept_new_host_keys, dry)
    raise typer.Exit(run(shop, name, source, as_json=as_json))


def model(
    device: Annotated[str, typer.Argument(help="A device of the inventory (gw or lyon-01/gw), or a saved capture.")],
    platform: PlatformOption = None,
    inventory: InventoryOption = Path("inventory.yaml"),
    site: SiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    accept_new_host_keys: AcceptOption = False,
    dry_run: DryRunOption = False,
    as_json: DryJsonOption = False,
) -> None:
    """Show the normalised model of a device with the origin of each fact."""
    from auditor.cli.model import run

    selected, dry = selection_of(site, group, tag, None, None), dry_run_of(dry_run, as_json, False)
    run(device, platform, inventory, selected, accept_new=accept_new_host_keys, dry=dry)
