"""Options that several commands have, with their help."""

from pathlib import Path
from typing import Annotated

import typer

InventoryOption = Annotated[
    Path, typer.Option("--inventory", "-i", help="The inventory.", envvar="AUDITOR_INVENTORY", show_default=True)
]
SiteOption = Annotated[
    list[str] | None,
    typer.Option("--site", help="Only these sites: names and globs, repeatable or a,b; '!name' leaves out."),
]
HistoryOption = Annotated[
    str | None,
    typer.Option(
        "--history",
        help="The history of audits: a file, or a URL such as postgresql+psycopg://host/name.",
        envvar="AUDITOR_HISTORY",
    ),
]
GroupOption = Annotated[list[str] | None, typer.Option("--group", help="Only sites of these groups (as --site).")]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", help="Only what has one of these tags, itself or by its site or group.")
]
DeviceOption = Annotated[
    list[str] | None, typer.Option("--device", help="Only these devices: gw, lyon-01/gw or globs (as --site).")
]
WithDeviceOption = Annotated[
    list[str] | None,
    typer.Option("--device", help="Only sites with such a device: gw, lyon-01/gw or globs. A site is judged whole."),
]
PlatformsOption = Annotated[
    list[str] | None, typer.Option("--platform", "-p", help="Only devices of these platforms (as --site).")
]
WithPlatformOption = Annotated[
    list[str] | None,
    typer.Option("--platform", "-p", help="Only sites with a device of these platforms. A site is judged whole."),
]
PlatformOrSavedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        "-p",
        help="Of a saved configuration: its platform (see `auditor platforms`). Of an inventory: only sites with a "
        "device of these platforms.",
    ),
]
PlatformOption = Annotated[
    str | None, typer.Option("--platform", "-p", help="Platform of a saved configuration (see `auditor platforms`).")
]
RuleOption = Annotated[list[str] | None, typer.Option("--rule", help="Only these rules: names and globs (as --site).")]
AcceptOption = Annotated[
    bool, typer.Option("--accept-new-host-keys", help="Record host keys that are seen for the first time.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show passes, notes and unknown lines as well.")]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Say whom this logs in to, how and through what, and each command that is sent; connect to nothing.",
    ),
]
AllOfItOption = Annotated[bool, typer.Option("--verbose", "-v", help="With --dry-run: name every device.")]
DryJsonOption = Annotated[bool, typer.Option("--json", help="With --dry-run: print all of it as one JSON document.")]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print errors only, and no progress; reports are written all the same.")
]

ResumeOption = Annotated[
    str | None,
    typer.Option("--resume", help="Go on with a run (its id, its beginning, or 'last'): only what lacks is asked."),
]
RetryRefusedOption = Annotated[
    bool, typer.Option("--retry-refused", help="With --resume: try refused logins once more (mind lockouts).")
]

# -- questions about one shop ----------------------------------------------------------------------------------

QuestionArgument = Annotated[Path, typer.Argument(help="An inventory, or a saved configuration (with --platform).")]
SourceOption = Annotated[
    str, typer.Option("--from", help="Who asks: pos, readers, a group, an address, or a selector (ssid=SHOP-POS).")
]
OneSiteOption = Annotated[
    list[str] | None, typer.Option("--site", help="The site, if the inventory has several (or --group, --tag ...).")
]
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
