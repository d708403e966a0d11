"""The file system of the virtual machine: programs of this machine with their libraries, and the scenarios."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

PROGRAMS = {
    "busybox": "busybox",
    "dash": "dash",
    "dnsmasq": "dnsmasq",
    "hostapd": "hostapd",
    "hostapd_cli": "hostapd",
    "ip": "iproute2",
    "iw": "iw",
    "wpa_cli": "wpasupplicant",
    "wpa_supplicant": "wpasupplicant",
}
"""What runs in the virtual machine, with its Debian package."""

_SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"
_APPLETS = """
    awk cat chmod cp cut grep insmod kill ln ls mkdir mount ping poweroff rm sed sleep stty test timeout udhcpc
"""
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
_FOLDER, _FILE, _LINK, _DEVICE = 0o040755, 0o100755, 0o120777, 0o020600


def path_of(program: str) -> str | None:
    """Where a program lies on this machine."""
    return shutil.which(program, path=_SEARCHED)


def system(init: str, modules: tuple[Path, ...]) -> bytes:
    """Return the archive with everything but the scenarios."""
    files: dict[str, bytes] = {"init": init.encode()}
    for program in PROGRAMS:
        path = path_of(program)
        assert path is not None, program
        files[f"bin/{program}"] = Path(path).read_bytes()
        for library in _libraries(path):
            files[library.lstrip("/")] = Path(library).read_bytes()
    for number, module in enumerate(modules):
        files[f"modules/{number:02}-{module.name}"] = module.read_bytes()
    files["etc/passwd"] = b"root:x:0:0:root:/:/bin/sh\n"
    files["etc/group"] = b"root:x:0:\n"
    for module in Path("/usr/lib").glob("*/ossl-modules/legacy.so"):  # without its RC4 there is no TKIP
        files[str(module).lstrip("/")] = module.read_bytes()
    links = {f"bin/{name}": "busybox" for name in _APPLETS.split()} | {"bin/sh": "dash"}
    return archive(files, links, folders=("dev", "proc", "run", "sys", "tmp", "var"), console=True)


def scenarios(named: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return the archive with the files of each scenario, in order: name → path → text."""
    files = {
        f"scenarios/{name}/{path.lstrip('/')}": text for name, texts in named.items() for path, text in texts.items()
    }
    files["scenarios/order"] = "".join(f"{name}\n" for name in named)
    return archive({path: text.encode("utf-8", "surrogateescape") for path, text in files.items()})


def archive(
    files: Mapping[str, bytes],
    links: Mapping[str, str] | None = None,
    folders: tuple[str, ...] = (),
    *,
    console: bool = False,
) -> bytes:
    """Write a cpio archive of the kind that the kernel unpacks (newc); the kernel takes several, one after another."""
    parents = {str(parent) for path in files for parent in Path(path).parents if str(parent) != "."}
    entries = [(path, _FOLDER, b"", 0) for path in sorted({*parents, *folders})]
    entries += [(path, _FILE, data, 0) for path, data in files.items()]
    entries += [(path, _LINK, target.encode(), 0) for path, target in (links or {}).items()]
    if console:
        entries.append(("dev/console", _DEVICE, b"", 5))
    entries.append(("TRAILER!!!", 0, b"", 0))
    return b"".join(_entry(number, *entry) for number, entry in enumerate(entries, start=1))


def _entry(number: int, path: str, mode: int, data: bytes, major: int) -> bytes:
    name = path.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, major, 1 if major else 0, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return _padded(header + name) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _libraries(path: str) -> Iterator[str]:
    """The shared libraries of a program, as its own loader finds them; a static program has none."""
    shown = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=30).stdout
    yield from _LIBRARY.findall(shown)
