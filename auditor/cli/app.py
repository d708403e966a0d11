"""All commands with their options and examples."""

from pathlib import Path
from typing import Annotated

import typer

from auditor import __version__

app = typer.Typer(
    name="auditor",
    help="Audits shop networks for card readers: reads configurations, names the line at fault, proves the fix.\n\n"
    "Never writes to a device: what it finds comes as commands that a person applies.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

InventoryOption = Annotated[
    Path, typer.Option("--inventory", "-i", help="The inventory.", envvar="AUDITOR_INVENTORY", show_default=True)
]
SiteOption = Annotated[list[str] | None, typer.Option("--site", help="Only these sites (repeatable, globs).")]
RuleOption = Annotated[list[str] | None, typer.Option("--rule", help="Only these rules (repeatable or a,b; globs).")]
AcceptOption = Annotated[
    bool, typer.Option("--accept-new-host-keys", help="Record host keys that are seen for the first time.")
]
PlatformOption = Annotated[
    str | None, typer.Option("--platform", "-p", help="Platform of a saved configuration (see `auditor platforms`).")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show passes, notes and unknown lines as well.")]


QuestionArgument = Annotated[Path, typer.Argument(help="An inventory, or a saved configuration (with --platform).")]
SourceOption = Annotated[
    str, typer.Option("--from", help="Who asks: pos, readers, a group, an address, or a selector (ssid=SHOP-POS).")
]
OneSiteOption = Annotated[str | None, typer.Option("--site", help="The site, if the inventory has several.")]
AskedReadersOption = Annotated[
    list[str] | None, typer.Option("--readers", help="With --platform: where the readers are (repeatable).")
]
AskedPosOption = Annotated[
    list[str] | None, typer.Option("--pos", help="With --platform: where the points of sale are (repeatable).")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Collect now, although captures of the last audit are kept.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"auditor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log what happens to standard error.")] = False,
) -> None:
    from auditor.cli.logs import start

    start(debug=debug)


@app.command(
    short_help="Audit shops, or one saved configuration.",
    epilog="Example: auditor audit inventory.yaml --out fixes/ --report html=report.html",
)
def audit(
    target: Annotated[Path, typer.Argument(help="An inventory, or a saved configuration (with --platform).")],
    platform: PlatformOption = None,
    readers: Annotated[
        list[str] | None,
        typer.Option("--readers", help="Where the readers are: ssid=SHOP-POS,model=bbpos-wisepos-e (repeatable)."),
    ] = None,
    pos: Annotated[
        list[str] | None,
        typer.Option("--pos", help="Where the points of sale are: subnet=192.168.30.0/24 (repeatable)."),
    ] = None,
    integration: Annotated[str | None, typer.Option("--integration", help="For example javascript-sdk.")] = None,
    hours: Annotated[str | None, typer.Option("--open", help="Opening hours of every day: 08:00-20:00")] = None,
    site: SiteOption = None,
    rule: RuleOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write commands, diffs, undo and run sheets here.")] = None,
    report: Annotated[
        list[str] | None, typer.Option("--report", help="Write a report: json=PATH or html=PATH (repeatable).")
    ] = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Lowest severity for exit code 1: error warning note")] = (
        "error"
    ),
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown", help="`unknown` gives no exit code 3.")] = False,
    max_unaudited: Annotated[
        str, typer.Option("--max-unaudited", help="So many devices (or N%) may fail without exit code 3.")
    ] = "0",
    checklist: Annotated[bool, typer.Option("--checklist", help="Show every check that a person must make.")] = False,
    verbose: VerboseOption = False,
    accept_new_host_keys: AcceptOption = False,
    keep: Annotated[bool, typer.Option(help="Keep captures (redacted) for `auditor verify`.")] = True,
) -> None:
    """Audit shops, or one saved configuration, and say what is wrong, where, and how to fix it.

    Exit codes: 0 nothing found, 1 findings, 2 usage or inventory, 3 something could not be decided.
    """
    from auditor.cli.audit import Options, run

    raise typer.Exit(
        run(
            target,
            Options(
                platform=platform,
                readers=tuple(readers or ()),
                pos=tuple(pos or ()),
                integration=integration,
                hours=hours,
                sites=tuple(site or ()),
                rules=_split(rule),
                out=out,
                reports=tuple(report or ()),
                fail_on=fail_on,
                allow_unknown=allow_unknown,
                max_unaudited=max_unaudited,
                checklist=checklist,
                verbose=verbose,
                accept_new=accept_new_host_keys,
                keep=keep,
            ),
        )
    )


@app.command(
    short_help="See what is fixed after the changes.",
    epilog="Example: auditor verify lyon-01 --rule dhcp-lease-too-short,dns-rebind",
)
def verify(
    sites: Annotated[list[str] | None, typer.Argument(help="Sites to look at again (default: all).")] = None,
    inventory: InventoryOption = Path("inventory.yaml"),
    rule: RuleOption = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Lowest severity that counts.")] = "error",
    accept_new_host_keys: AcceptOption = False,
) -> None:
    """Collect again after a person applied the snippets: what is fixed, what is not, what else moved.

    Exit codes: 0 all fixed, 1 something remains, does not act yet, is new, or moved as well, 2 usage, 3 not all
    could be seen.
    """
    from auditor.cli.verify import run

    raise typer.Exit(run(inventory, tuple(sites or ()), _split(rule), fail_on=fail_on, accept_new=accept_new_host_keys))


@app.command(
    short_help="Show the way of packets, and the first hop that says no.",
    epilog="Example: auditor path inventory.yaml --site lyon-01 --from pos --to readers --port 4443",
)
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
    platform: PlatformOption = None,
    readers: AskedReadersOption = None,
    pos: AskedPosOption = None,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
    accept_new_host_keys: AcceptOption = False,
) -> None:
    """Follow packets of new connections from some clients to others or to the internet, hop by hop.

    Clients are named by their group in the inventory, by `pos` or `readers` (all groups of that kind), by an IPv4 or
    MAC address, or by a selector such as ssid=SHOP-POS, vlan=30 or subnet=192.168.30.0/24. The answer is from the
    captures of the last audit if it kept some, and says how old they are.

    Exit codes: 0 open, 1 blocked, 2 usage or inventory, 3 it cannot be told.
    """
    from auditor.cli.asking import Shop
    from auditor.cli.path import Question, run

    shop = Shop(inventory, site, platform, tuple(readers or ()), tuple(pos or ()), fresh, accept_new_host_keys)
    raise typer.Exit(run(shop, Question(source, target, port, protocol.lower(), as_json)))


@app.command(
    short_help="Show who answers a name, and who keeps the answer back.",
    epilog="Example: auditor resolve 10-42-42-42.test.device.stripe-terminal-local-reader.net --from pos",
)
def resolve(
    name: Annotated[str, typer.Argument(help="The name that clients ask for.")],
    inventory: QuestionArgument = Path("inventory.yaml"),
    source: SourceOption = "pos",
    site: OneSiteOption = None,
    platform: PlatformOption = None,
    readers: AskedReadersOption = None,
    pos: AskedPosOption = None,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
    accept_new_host_keys: AcceptOption = False,
) -> None:
    """Follow a question for a name through every resolver that clients may ask, with what each of them does.

    The name of a reader says which address it must be answered with; other names may be answered with any. The answer
    is from the captures of the last audit if it kept some, and says how old they are.

    Exit codes: 0 answered, 1 kept back, 2 usage or inventory, 3 it cannot be told.
    """
    from auditor.cli.asking import Shop
    from auditor.cli.resolve import run

    shop = Shop(inventory, site, platform, tuple(readers or ()), tuple(pos or ()), fresh, accept_new_host_keys)
    raise typer.Exit(run(shop, name, source, as_json=as_json))


@app.command(
    short_help="Save what devices give, redacted.", epilog="Example: auditor collect inventory.yaml --out captures/"
)
def collect(
    inventory: Annotated[Path, typer.Argument(help="The inventory.")],
    out: Annotated[Path, typer.Option("--out", help="Directory for the captures, one folder a device.")],
    site: SiteOption = None,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Do not redact. Keep such files safe.")] = False,
    accept_new_host_keys: AcceptOption = False,
) -> None:
    """Save the configurations and states of devices, redacted unless told otherwise."""
    from auditor.cli.collecting import run

    raise typer.Exit(run(inventory, out, tuple(site or ()), with_secrets=with_secrets, accept_new=accept_new_host_keys))


@app.command(
    short_help="Ask about a shop and write an inventory.",
    epilog="Example: auditor init --from backups/gw --platform openwrt -o inventory.yaml",
)
def init(
    output: Annotated[Path, typer.Option("--output", "-o", help="The inventory to write.")] = Path("inventory.yaml"),
    source: Annotated[
        Path | None, typer.Option("--from", help="A saved configuration, to propose SSIDs and networks from it.")
    ] = None,
    platform: PlatformOption = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing, take every proposal.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Ask about a shop, propose answers, and write a commented inventory."""
    from auditor.cli.init import run

    run(output, source, platform, take_defaults=defaults, force=force)


@app.command(
    short_help="Show the model of a device, with origins.",
    epilog="Example: auditor model backups/gw --platform openwrt",
)
def model(
    device: Annotated[str, typer.Argument(help="A device of the inventory (gw or lyon-01/gw), or a saved capture.")],
    platform: PlatformOption = None,
    inventory: InventoryOption = Path("inventory.yaml"),
    accept_new_host_keys: AcceptOption = False,
) -> None:
    """Show the normalised model of a device with the origin of each fact."""
    from auditor.cli.model import run

    run(device, platform, inventory, accept_new=accept_new_host_keys)


@app.command(short_help="Explain a rule.", epilog="Example: auditor explain dns-rebind")
def explain(rule: Annotated[str, typer.Argument(help="The rule, as `auditor rules` lists it.")]) -> None:
    """Explain a rule: what it checks, why it matters, what its fix does."""
    from auditor.cli.reference import explain_rule

    explain_rule(rule)


@app.command(short_help="List all rules with their requirements.", epilog="Example: auditor rules")
def rules() -> None:
    """List all rules with the requirements that they check."""
    from auditor.cli.reference import list_rules

    list_rules()


@app.command(
    short_help="List platforms and what is sent to them.", epilog="Example: auditor platforms openwrt --commands"
)
def platforms(
    name: Annotated[str | None, typer.Argument(help="Show only this platform.")] = None,
    commands: Annotated[bool, typer.Option("--commands", help="Print exactly what will be sent.")] = False,
) -> None:
    """List the supported platforms, what each decides, and the commands that it is asked."""
    from auditor.cli.reference import list_platforms

    list_platforms(name, commands=commands)


def _split(values: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())
