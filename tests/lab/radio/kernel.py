"""Debian's own kernel with simulated radios: fetched once, unpacked below `.cache/`, never installed."""

import lzma
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

CACHE = Path(__file__).parents[3] / ".cache" / "radio"
WANTED = ("mac80211_hwsim", "bridge", "ccm", "cmac", "ctr", "michael_mic")
"""Radios, the bridge of the shop, and what CCMP, TKIP and protected management frames are computed with."""

_SOURCES = re.compile(
    r"\./lib/modules/[^/]+/kernel/(net|crypto|lib|arch|drivers/net/wireless|drivers/virtio)/.*\.ko(\.xz)?"
)
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


class NotThere(Exception):
    """The kernel cannot be had here; carries why, for people."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel image, and the modules to load in this order."""

    image: Path
    modules: tuple[Path, ...]


def kernel() -> Kernel:
    """Return the kernel from the cache, or fetch it; raises `NotThere`."""
    kept = sorted(CACHE.glob("linux-image-*/modules.list"))
    folder = kept[-1].parent if kept else _fetch()
    names = (folder / "modules.list").read_text(encoding="ascii").split()
    return Kernel(folder / "vmlinuz", tuple(folder / name for name in names))


def _fetch() -> Path:
    package = _package()
    CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=CACHE) as name:
        work = Path(name)
        _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], work)
        archives = list(work.glob("*.deb"))
        if len(archives) != 1:
            raise NotThere(f"apt-get download {package} brought {len(archives)} packages")
        unpacked = work / "unpacked"
        unpacked.mkdir()
        _unpack(archives[0], unpacked)
        target = CACHE / package
        shutil.rmtree(target, ignore_errors=True)
        unpacked.rename(target)
    return target


def _package() -> str:
    """The kernel that Debian's own name for the newest one stands for."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NotThere("the kernel package comes from Debian: needs apt-get and dpkg-deb")
    depends = _run(["apt-cache", "depends", "linux-image-amd64"], Path("/"))
    found = re.search(r"Depends: (linux-image-\d\S*)", depends)
    if found is None:
        raise NotThere("apt-cache knows no linux-image-amd64; apt-get update may help")
    return found[1]


def _unpack(archive: Path, target: Path) -> None:
    """Keep the image, the wanted modules and what they depend on, with the order in which they are loaded."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as unpacking:
        assert unpacking.stdout is not None
        found = _extract(unpacking.stdout, target)
    if unpacking.returncode or not (target / "vmlinuz").exists():
        raise NotThere(f"dpkg-deb could not unpack {archive.name}")
    order: dict[str, None] = {}
    for name in WANTED:
        _append(name, found, order)
    for name, path in found.items():
        if name not in order:
            path.unlink()
    (target / "modules.list").write_text("\n".join(found[name].name for name in order) + "\n", encoding="ascii")


def _extract(package: IO[bytes], target: Path) -> dict[str, Path]:
    """Take the image and all modules that may be needed out of a package; returns the modules by name."""
    found: dict[str, Path] = {}
    with tarfile.open(fileobj=package, mode="r|") as members:
        for member in members:
            file = members.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            if member.name.startswith("./boot/vmlinuz-"):
                (target / "vmlinuz").write_bytes(file.read())
            elif _SOURCES.fullmatch(member.name):
                data = file.read()
                path = target / Path(member.name.removesuffix(".xz")).name
                path.write_bytes(lzma.decompress(data) if member.name.endswith(".xz") else data)
                found[path.stem.replace("-", "_")] = path
    return found


def _append(name: str, paths: dict[str, Path], order: dict[str, None]) -> None:
    """Add a module behind those that it needs; one that is no file is built into the kernel."""
    if name in order or name not in paths:
        return
    depends = _DEPENDS.search(b"\0" + paths[name].read_bytes())
    for needed in depends[1].decode("ascii").split(",") if depends else ():
        _append(needed.replace("-", "_"), paths, order)
    order[name] = None


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise NotThere(f"{' '.join(command[:1] + command[-2:])}: {last}")
    return done.stdout
