"""Files in the shapes of Oxidized and RANCID: what stands around a configuration changes nothing of what is read."""

import re
from pathlib import Path

import pytest

from auditor.collect.saved import load_capture
from auditor.platforms import platform
from auditor.profiles import load_profile

SHOPS = Path(__file__).parents[1] / "shops"

OXIDIZED_IOS = """\
! Cisco IOS XE Software, Version 17.09.04a
! 
! Image: Software: CAT9K_LITE_IOSXE, 17.9.4a, RELEASE SOFTWARE (fc3)
! Chassis type: C9200L-24P-4G
! Memory: nvram 2048K
! 
! VTP: VTP Version capable             : 1 to 3
! 
! NAME: "Chassis", DESCR: "C9200L"
! PID: C9200L-24P-4G     , VID: V01  , SN: FOC0000X000
! 
"""  # noqa: W291 - Oxidized leaves the blank
RANCID_IOS = """\
!RANCID-CONTENT-TYPE: cisco
!
!Chassis type: C9200L-24P-4G - a C9200L
!Memory: main 1024K
!Image: Software: CAT9K_LITE_IOSXE, 17.9.4a, RELEASE SOFTWARE (fc3)
!
!Flash: nvram: Directory of nvram:/
!Flash: nvram:   1  -rw-   2048   <no date>  startup-config
!
!VTP: VTP Operating Mode              : Off
!
!NAME: "Chassis", DESCR: "C9200L"
!
"""
OXIDIZED_ROUTEROS = """\
#             model: RB750
#  current-firmware: 7.16.2
#   installed-version: 7.16.2
# Flags: U - UNDOABLE
# Columns: ACTION, BY
#   ACTION               BY
# U dhcp server changed  audit
"""
RANCID_ROUTEROS = "!RANCID-CONTENT-TYPE: mikrotik\n!\n"


def model(name: str, path: Path) -> str:
    """Return everything that is read of a saved capture, without where it stands."""
    reader = platform(name)
    capture = load_capture("gw", name, path, recognise=reader.recognise, redact=lambda _, text: text)
    assert capture.gaps == ()
    told = re.sub(r"Span\([^()]*\)|line \d+", "Span", repr(reader.parse(capture, load_profile(name))))
    # How many lines say nothing for an audit: the header is some of them.
    return re.sub(r"irrelevant=\d+|lines=\d+", "irrelevant", told).replace(path.name, "NAME")


def configuration(name: str) -> str:
    folder = SHOPS / name / "healthy" / "gw"
    return next(iter(sorted(folder.glob("*.rsc")) or sorted(folder.glob("running-config*")))).read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("cisco_ios", OXIDIZED_IOS),
        ("cisco_ios", RANCID_IOS),
        ("routeros", OXIDIZED_ROUTEROS),
        ("routeros", RANCID_ROUTEROS),
    ],
)
def test_a_header_changes_nothing(tmp_path: Path, name: str, header: str) -> None:
    text = configuration(name)
    if name == "cisco_ios":
        # Neither tool keeps what the device says before the configuration.
        text = text[text.index("\nversion ") + 1 :]
    plain, stored = tmp_path / "plain-gw", tmp_path / "store-gw"
    plain.write_text(text)
    stored.write_text(header + text)
    assert model(name, stored) == model(name, plain)


def test_oxidized_tells_the_release_of_routeros_where_the_export_does_not(tmp_path: Path) -> None:
    text = "".join(line for line in configuration("routeros").splitlines(True) if "by RouterOS" not in line)
    (tmp_path / "gw").write_text(OXIDIZED_ROUTEROS + text)
    assert "7.16.2" in model("routeros", tmp_path / "gw")


def test_oxidized_packs_the_files_of_openwrt_into_one(tmp_path: Path) -> None:
    folder = SHOPS / "openwrt" / "healthy" / "gw"
    release = "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05.5'\n"
    packed = ["##### Info: /etc/banner #####\n#  hello\n", "##### Info: /etc/openwrt_release #####\n"]
    packed += [f"#{line}" for line in release.splitlines(keepends=True)]
    plain = tmp_path / "plain"
    (plain / "etc/config").mkdir(parents=True)
    (plain / "etc/openwrt_release").write_text(release)
    for file in sorted((folder / "etc/config").iterdir()):
        text = f"package {file.name}\n\n{file.read_text('utf-8').strip()}\n"
        (plain / "etc/config" / file.name).write_text(text)
        packed.append(f"##### File: /etc/config/{file.name} #####\n{text}\n")
    packed.append("##### File: /etc/shadow #####\nroot:$1$never$kept:0:0:99999:7:::\n")
    packed.append("##### Binary file: /etc/dropbear/dropbear_rsa_host_key #####\n#Decode using 'x'\n\\x1f\n")
    (tmp_path / "packed-gw").write_text("".join(packed))
    assert model("openwrt", tmp_path / "packed-gw") == model("openwrt", plain)
    reader = platform("openwrt")
    capture = load_capture(
        "gw", "openwrt", tmp_path / "packed-gw", recognise=reader.recognise, redact=lambda _, text: text
    )
    assert "never$kept" not in repr(capture)
    assert "/etc/config/dhcp" in {file.path for file in capture.files}
