"""hostapd on a made-up host: what it reads out of files, and files after edits."""

from collections.abc import Mapping

from auditor import intents
from auditor.model import Bss, Fact, Radio, Stated, Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.hostapd import MAIN, SERVICE
from tests.services.hosts import host_of, interface_of

SHOP = (interface_of("br-lan", "192.168.10.1/24"), interface_of("br-guest", "192.168.20.1/24"), interface_of("wlan0"))

RADIO = """interface=wlan0
driver=nl80211
bridge=br-lan
hw_mode=a
channel=36
country_code=DE
ieee80211n=1
ieee80211ac=1
"""
WPA2 = """ssid=shop
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=a made-up secret
"""
HEALTHY = RADIO + WPA2


RUNNING: Fact[bool] = Stated(True, ())


def instance_of(*arguments: str, running: Fact[bool] = RUNNING, file: str = MAIN) -> Instance:
    return Instance("hostapd", "hostapd", file, arguments, running)


def read(text: str, files: Mapping[str, str] | None = None, instance: Instance | None = None) -> Part:
    """Read one file, with the lists that it names."""
    return SERVICE.read(host({MAIN: text} | dict(files or {})), instance or instance_of())


def host(files: Mapping[str, str]) -> Host:
    return host_of(files, "hostapd", interfaces=SHOP)


def bss_of(text: str, name: str = "wlan0", files: Mapping[str, str] | None = None) -> Bss:
    return next(bss for bss in read(text, files).bsses if bss.key == name)


def radio_of(text: str) -> Radio:
    (radio,) = read(text).radios
    return radio


def value(fact: Fact[object]) -> object:
    """The value of a fact, or why it is unknown."""
    return fact.why if isinstance(fact, Unknown) else fact.value


def edited(files: Mapping[str, str], intent: intents.Intent) -> dict[str, str]:
    """The files after an intent."""
    puts = SERVICE.edit(host(files), instance_of(), intent)
    assert puts
    after = dict(files)
    for put in puts:
        after[put.path] = SERVICE.put(after[put.path], put.place, put.value)
    return after
