"""The wheel is whole: installed into an empty environment, away from the checkout, it audits a configuration."""

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A faulty shop: the readers' lease ends after two hours.
CONFIGURATION = """\
package network

config interface 'loopback'
\toption device 'lo'
\toption proto 'static'
\toption ipaddr '127.0.0.1'
\toption netmask '255.0.0.0'

config device
\toption name 'br-lan'
\toption type 'bridge'
\tlist ports 'lan1'

config interface 'lan'
\toption device 'br-lan'
\toption proto 'static'
\toption ipaddr '192.168.30.1'
\toption netmask '255.255.255.0'

package dhcp

config dnsmasq
\toption rebind_protection '1'

config dhcp 'lan'
\toption interface 'lan'
\toption start '100'
\toption limit '100'
\toption leasetime '2h'

package wireless

config wifi-device 'radio0'
\toption type 'mac80211'
\toption band '5g'
\toption htmode 'VHT80'
\toption channel '36'

config wifi-iface 'pos'
\toption device 'radio0'
\toption network 'lan'
\toption mode 'ap'
\toption ssid 'SHOP-POS'
\toption encryption 'psk2'
\toption key 'not-a-real-passphrase'
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` of an empty environment that holds the wheel.

    The libraries are lent by a path file, so that no network is needed. A path file's own path files are not
    followed, so the checkout, which is installed as one, stays out of sight.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin" / "python")]
    command += ["install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_the_wheel_holds_all_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in names} == {"auditor"}
    tracked = {
        f"auditor/_data/{file.relative_to(ROOT)}"
        for folder in ("templates", "device_profiles")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
    }
    assert tracked
    assert {name for name in names if name.startswith("auditor/_data/")} == tracked
    sources = {str(file.relative_to(ROOT)) for file in (ROOT / "auditor").rglob("*") if file.is_file()}
    assert {name for name in names if not name.startswith("auditor/_data/")} == {
        name for name in sources if "__pycache__" not in name
    }


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    code = "import auditor; print(auditor.__file__)"
    done = subprocess.run([installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_the_installed_program_audits_a_saved_configuration(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.uci").write_text(CONFIGURATION, encoding="utf-8")
    command = [str(installed / "auditor"), "audit", "shop.uci", "--platform", "openwrt", "--readers", "ssid=SHOP-POS"]
    done = subprocess.run(
        [*command, "--report", "json=report.json"],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    (lease,) = (each for each in report["verdicts"] if each["rule"] == "dhcp-lease-too-short")
    assert (lease["result"], lease["severity"], lease["items"]) == ("fail", "error", ["R12"])
    assert lease["evidence"][0]["line"] == CONFIGURATION[: CONFIGURATION.index("leasetime")].count("\n") + 1
    assert lease["fixes"], "without its templates the program has no fix to offer"
    assert "not-a-real-passphrase" not in done.stdout + (tmp_path / "report.json").read_text(encoding="utf-8")
