"""All commands with their options and examples."""

from pathlib import Path
from typing import Annotated

import typer

from auditor import __version__
from auditor.cli import histories, inventories, listings, questions
from auditor.cli.options import (
    AcceptOption,
    AllOfItOption,
    DeviceOption,
    DryJsonOption,
    DryRunOption,
    GroupOption,
    HistoryOption,
    InventoryOption,
    PlatformOption,
    PlatformOrSavedOption,
    PlatformsOption,
    QuietOption,
    ResumeOption,
    RetryRefusedOption,
    RuleOption,
    SiteOption,
    TagOption,
    VerboseOption,
    WithDeviceOption,
    WithPlatformOption,
)
from auditor.cli.typed import dry_run_of, resume_of, selection_of, split

app = typer.Typer(
    name="auditor",
    help="Audits shop networks for card readers: reads configurations, names the line at fault, proves the fix.\n\n"
    "Never writes to a device: what it finds comes as commands that a person applies.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(
    inventories.app, name="inventory", short_help="Check an inventory; show a site with the place of each value."
)

histories.register(app)


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
    platform: PlatformOrSavedOption = None,
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
    group: GroupOption = None,
    tag: TagOption = None,
    device: WithDeviceOption = None,
    rule: RuleOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write commands, diffs, undo and run sheets here.")] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            help="Write FORMAT=PATH (repeatable): html, json, sarif, junit, csv, markdown or prometheus.",
        ),
    ] = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Lowest severity for exit code 1: error warning note")] = (
        "error"
    ),
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown", help="`unknown` gives no exit code 3.")] = False,
    max_unaudited: Annotated[
        str, typer.Option("--max-unaudited", help="So many devices (or N%) may fail without exit code 3.")
    ] = "0",
    waivers: Annotated[
        Path | None, typer.Option("--waivers", help="A YAML file of findings that may wait, each until a day.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="An earlier JSON report: only what is new counts.")
    ] = None,
    checklist: Annotated[bool, typer.Option("--checklist", help="Show every check that a person must make.")] = False,
    verbose: VerboseOption = False,
    accept_new_host_keys: AcceptOption = False,
    keep: Annotated[bool, typer.Option(help="Keep captures (redacted) for `auditor verify`.")] = True,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=256,
            help="Processes that judge sites; 1: all in one. Default: the processors, for more than 20 sites.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    as_json: DryJsonOption = False,
    quiet: QuietOption = False,
    resume: ResumeOption = None,
    retry_refused: RetryRefusedOption = False,
    history: HistoryOption = None,
) -> None:
    """Audit shops, or one saved configuration, and say what is wrong, where, and how to fix it.

    TARGET is an inventory if it is a YAML file with sites, sites_from, sources or include at its top level; then
    --platform and --device choose the sites that have such a device, and the whole site is judged, because a verdict
    rests on all of its devices. Of any other TARGET --platform says what it is. Several of one option are alternatives;
    different options must all hold.

    Exit codes: 0 nothing found, 1 findings, 2 usage or inventory, 3 something could not be decided,
    130 stopped by a signal: what arrived is kept and reported, and --resume goes on.
    """
    from auditor.cli.audit import Options, run

    raise typer.Exit(
        run(
            target,
            Options(
                selection=selection_of(site, group, tag, device, platform),
                readers=tuple(readers or ()),
                pos=tuple(pos or ()),
                integration=integration,
                hours=hours,
                rules=split(rule),
                out=out,
                reports=tuple(report or ()),
                fail_on=fail_on,
                allow_unknown=allow_unknown,
                max_unaudited=max_unaudited,
                checklist=checklist,
                verbose=verbose,
                accept_new=accept_new_host_keys,
                keep=keep,
                dry=dry_run_of(dry_run, as_json, verbose),
                quiet=quiet,
                resume=resume_of(resume, retry_refused),
                workers=workers,
                waivers=waivers,
                baseline=baseline,
                history=history,
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
    site: SiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    device: WithDeviceOption = None,
    platform: WithPlatformOption = None,
    rule: RuleOption = None,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Lowest severity that counts.")] = "error",
    accept_new_host_keys: AcceptOption = False,
    dry_run: DryRunOption = False,
    as_json: DryJsonOption = False,
    verbose: AllOfItOption = False,
    quiet: QuietOption = False,
    resume: ResumeOption = None,
    retry_refused: RetryRefusedOption = False,
) -> None:
    """Collect again after a person applied the snippets: what is fixed, what is not, what else moved.

    SITES and --site mean the same. A site is looked at whole, whichever of its devices was named.

    Exit codes: 0 all fixed, 1 something remains, does not act yet, is new, or moved as well, 2 usage, 3 not all
    could be seen.
    """
    from auditor.cli.verify import run

    raise typer.Exit(
        run(
            inventory,
            selection_of([*(sites or ()), *(site or ())], group, tag, device, platform),
            split(rule),
            fail_on=fail_on,
            accept_new=accept_new_host_keys,
            dry=dry_run_of(dry_run, as_json, verbose),
            quiet=quiet,
            resume=resume_of(resume, retry_refused),
        )
    )


app.command(
    short_help="Show the way of packets, and the first hop that says no.",
    epilog="Example: auditor path inventory.yaml --site lyon-01 --from pos --to readers --port 4443",
)(questions.path)

app.command(
    short_help="Show who answers a name, and who keeps the answer back.",
    epilog="Example: auditor resolve 10-42-42-42.test.device.stripe-terminal-local-reader.net --from pos",
)(questions.resolve)


@app.command(
    short_help="Save what devices give, redacted.", epilog="Example: auditor collect inventory.yaml --out captures/"
)
def collect(
    inventory: Annotated[Path, typer.Argument(help="The inventory.")],
    out: Annotated[Path, typer.Option("--out", help="Directory for the captures, one folder a device.")],
    site: SiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    device: DeviceOption = None,
    platform: PlatformsOption = None,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Do not redact. Keep such files safe.")] = False,
    accept_new_host_keys: AcceptOption = False,
    dry_run: DryRunOption = False,
    as_json: DryJsonOption = False,
    verbose: AllOfItOption = False,
    quiet: QuietOption = False,
    resume: ResumeOption = None,
    retry_refused: RetryRefusedOption = False,
) -> None:
    """Save the configurations and states of devices, redacted unless told otherwise.

    Only the devices that fit the options are collected, not whole sites as for an audit.
    """
    from auditor.cli.collecting import run

    raise typer.Exit(
        run(
            inventory,
            out,
            selection_of(site, group, tag, device, platform),
            with_secrets=with_secrets,
            accept_new=accept_new_host_keys,
            dry=dry_run_of(dry_run, as_json, verbose),
            quiet=quiet,
            resume=resume_of(resume, retry_refused),
        )
    )


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


app.command(
    short_help="Show the model of a device, with origins.",
    epilog="Example: auditor model backups/gw --platform openwrt",
)(questions.model)
app.command(
    short_help="Explain a rule.",
    epilog="Example: auditor explain dns-rebind",
)(listings.explain)
app.command(
    short_help="List all rules with their requirements.",
    epilog="Example: auditor rules",
)(listings.rules)
app.command(
    short_help="List platforms and what is sent to them.",
    epilog="Example: auditor platforms openwrt --commands",
)(listings.platforms)
