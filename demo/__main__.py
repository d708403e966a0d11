"""Audit a simulated shop over SSH, as a user would, and stop.

The devices are SSH servers on loopback that answer from `demo/shop`: an OpenWrt router, `gw`, a MikroTik access point,
`ap`, and a Catalyst 9800 controller on an access point, `wlc`: whole configurations with the faults that shops have.
The audit is the real command line in its own process. What it writes goes to `demo-output/`.
"""

import asyncio
import os
import secrets
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template

from tests.fakes import ios_ssh, openwrt_ssh, routeros_ssh

ROOT = Path(__file__).resolve().parent.parent
SHOP = Path(__file__).resolve().parent / "shop"
OUTPUT = Path("demo-output")
REPORTS = (OUTPUT / "report.html", OUTPUT / "report.json")
FINDINGS = 1
"""The exit code of an audit that found something."""
BLOCKED = 1
"""The exit code of a question whose packets are stopped."""


def main() -> int:
    """Run the demo from the checkout; 0 if the audit found what it is meant to find."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="auditor-demo-") as home:
        return asyncio.run(_demonstrate(Path(home)))


async def _demonstrate(home: Path) -> int:
    password = secrets.token_urlsafe(16)
    async with (
        openwrt_ssh.FakeOpenWrt(openwrt_ssh.Device(SHOP / "gw", password=password)) as gw,
        routeros_ssh.FakeRouterOS(routeros_ssh.Device(SHOP / "ap", password=password, identity="Tea room")) as ap,
        ios_ssh.FakeIos(ios_ssh.Device(SHOP / "wlc", password=password, hostname="terrace")) as wlc,
    ):
        inventory = _inventory(gw=gw.port, ap=ap.port, wlc=wlc.port)
        print(f"Three simulated devices listen for SSH, and their shop stands in {inventory}:")
        print(f"  gw   an OpenWrt router                      127.0.0.1:{gw.port}")
        print(f"  ap   a MikroTik access point                127.0.0.1:{ap.port}")
        print(f"  wlc  a Cisco Catalyst 9800 on the terrace   127.0.0.1:{wlc.port}")
        print("The audit is the real program: it logs in, reads, judges, and tries each fix in memory.\n", flush=True)
        code = await _auditor(
            *("audit", str(inventory), "--out", str(OUTPUT / "fixes"), "--accept-new-host-keys"),
            *(word for file in REPORTS for word in ("--report", f"{file.suffix[1:]}={file}")),
            environment=_environment(home, password),
        )
        print("\nOne question, answered from what that audit kept: may the office reach the readers?\n", flush=True)
        answer = await _auditor(
            *("path", str(inventory), "--from", "ssid=BAKERY-OFFICE", "--to", "counter"),
            environment=_environment(home, password),
        )
        asked = {"openwrt": len(gw.log.commands), "routeros": len(ap.log.commands), "cisco_ios": len(wlc.log.commands)}
    missing = [str(file) for file in REPORTS if not file.is_file()]  # a crash ends with the code of findings, too
    if code != FINDINGS or answer != BLOCKED or missing:
        print(
            f"\nThe demo is broken: exit codes {code}, {answer}, not written: {', '.join(missing) or 'nothing'}.",
            file=sys.stderr,
        )
        return 1
    print(
        f"\nThis shop is faulty on purpose, so the audit ended with exit code {FINDINGS} (findings), which would fail a"
        "\nscheduled run; the demo itself went well. All that was sent only reads, and is listed by:"
    )
    for platform, count in asked.items():
        print(f"  {count:2} commands  auditor platforms {platform} --commands")
    print("Nothing was changed; the fixes are for you to apply.\n")
    for file in sorted(file for file in OUTPUT.rglob("*") if file.is_file() and not _hidden(file)):
        print(f"  {file}")
    return 0


def _inventory(**ports: int) -> Path:
    """Begin with an empty output directory, as the host keys are new each time, and write the inventory there."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir()
    text = Template((SHOP / "inventory.yaml").read_text(encoding="utf-8")).safe_substitute(ports)
    file = OUTPUT / "inventory.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _environment(home: Path, password: str) -> Mapping[str, str]:
    """The user's own environment, but with an empty home: no SSH configuration or key of this machine takes part."""
    inherited = {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
    state = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return {**inherited, **state, "PYTHONPATH": str(ROOT), "DEMO_PASSWORD": password}


async def _auditor(*arguments: str, environment: Mapping[str, str]) -> int:
    print(f"$ auditor {shlex.join(arguments)}\n", flush=True)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "auditor", *arguments, env=environment)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:  # interrupted: leave nothing behind
            process.kill()
            await process.wait()


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


if __name__ == "__main__":
    sys.exit(main())
