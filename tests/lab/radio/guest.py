"""Boots the virtual machine once, plays all scenarios in it, and returns what it reported."""

import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lab.radio import initramfs
from tests.lab.radio.kernel import kernel

QEMU = "qemu-system-x86_64"
_INIT = Path(__file__).with_name("init.sh")
_BOOT, _EACH = 90, 75
"""Seconds that a boot and a scenario may take on a slow machine."""


def why_not() -> str:
    """Say why no virtual machine can be booted here, '' if nothing is known to be missing."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return f"the virtual machine is an amd64 one, and this machine is {platform.machine()}"
    packages = dict.fromkeys(initramfs.PROGRAMS[name] for name in initramfs.PROGRAMS if initramfs.path_of(name) is None)
    for program, package in ((QEMU, "qemu-system-x86"), ("patch", "patch")):
        if initramfs.path_of(program) is None:
            packages[package] = None
    return f"not installed: {', '.join(packages)}" if packages else ""


def play(scenarios: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Play scenarios (name → path in the machine → text) and return scenario → what → text.

    Raises `kernel.NotThere`, and `RuntimeError` with the last words of a machine that ended early or not at all.
    """
    found = kernel()
    with TemporaryDirectory(prefix="radio-") as name:
        folder = Path(name)
        disk, reported, console = folder / "initramfs", folder / "reported", folder / "console"
        system = initramfs.system(_INIT.read_text(encoding="utf-8"), found.modules)
        disk.write_bytes(system + initramfs.scenarios(scenarios))
        command = [
            QEMU, "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "512", "-no-reboot", "-nodefaults",
            "-display", "none", "-nic", "none", "-serial", f"file:{console}", "-serial", f"file:{reported}",
            "-kernel", str(found.image), "-initrd", str(disk), "-append", "console=ttyS0 loglevel=4 panic=-1",
        ]  # fmt: skip
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        try:
            machine.wait(timeout=_BOOT + _EACH * len(scenarios))
            ended = "ended early"
        except subprocess.TimeoutExpired as late:
            ended = f"did not end within {late.timeout:.0f} s"
        finally:
            machine.kill()
            machine.wait()
        texts = parse(reported.read_text(encoding="utf-8", errors="replace"))
        if "end" not in texts.get("boot", {}):
            last = console.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            far = list(texts.items())[-1:]
            raise RuntimeError(f"the virtual machine {ended}; its last words:\n{far}\n" + "\n".join(last))
    if complaint := texts["boot"]["modules"].strip():
        raise RuntimeError(complaint)
    return texts


def parse(reported: str) -> dict[str, dict[str, str]]:
    """Read the lines that the machine reported; of a scenario that was played again the last time counts."""
    texts: dict[str, dict[str, str]] = {}
    for line in reported.splitlines():
        if line.endswith("}"):  # the last one may be cut off
            report = json.loads(line)
            if report["what"] == "begin":
                texts[report["scenario"]] = {}
            else:
                texts.setdefault(report["scenario"], {})[report["what"]] = report["text"]
    return texts
