"""A file that is younger than the service that read it does not act yet."""

from auditor.model import Stated, Unknown
from auditor.pipeline import read
from auditor.platforms.linux.outputs import CLOCK, PROCESSES
from tests.platforms.linux.host_outputs import HEADER, INIT, PS, process, reading

NOW = 1_772_443_800
CONF = "/etc/dnsmasq.conf"
FRAGMENT = "/etc/dnsmasq.d/leases.conf"
RUNNING = HEADER + INIT + process(400, "/usr/sbin/dnsmasq -u dnsmasq") + PS
FILES = {
    CONF: "conf-dir=/etc/dnsmasq.d,*.conf\n",
    FRAGMENT: "dhcp-range=192.168.1.10,192.168.1.20,24h\n",
    "commands/listing/etc/dnsmasq.d": "leases.conf\n",
    PROCESSES: RUNNING,
    CLOCK: f"{NOW}\n",
}


def pending(**times: int) -> object:
    paths = {"main": CONF, "fragment": FRAGMENT}
    changed = {f"commands/changed{paths[name]}": f"{NOW - ago}\n" for name, ago in times.items()}
    return read(reading({**FILES, **changed}).capture).pending_changes


def test_files_that_are_older_than_the_service_act() -> None:
    found = pending(main=900_000, fragment=800_001)
    assert isinstance(found, Stated)
    assert found.value is False


def test_a_younger_file_waits_for_a_restart_and_is_named() -> None:
    found = pending(main=900_000, fragment=3600)
    assert isinstance(found, Stated)
    assert found.value is True
    assert f"commands/changed{FRAGMENT}" in {span.file for span in found.spans}


def test_without_times_nothing_is_known() -> None:
    assert isinstance(pending(), Unknown)


def test_times_that_are_no_numbers_say_nothing() -> None:
    text = {f"commands/changed{CONF}": "soon\n"}
    assert isinstance(read(reading({**FILES, **text}).capture).pending_changes, Unknown)


def test_a_service_that_reads_when_it_is_told_to_is_a_doubt() -> None:
    conf = "/etc/unbound/unbound.conf"
    texts = {
        conf: "server:\n\tport: 53\n",
        PROCESSES: HEADER + INIT + process(400, "/usr/sbin/unbound -d -p") + PS,
        CLOCK: f"{NOW}\n",
    }
    younger = read(reading({**texts, f"commands/changed{conf}": f"{NOW - 60}\n"}).capture).pending_changes
    older = read(reading({**texts, f"commands/changed{conf}": f"{NOW - 900_000}\n"}).capture).pending_changes
    assert isinstance(younger, Unknown)
    assert younger.could_be == (True, False)
    assert isinstance(older, Stated)
    assert older.value is False


def test_one_service_says_nothing_of_another() -> None:
    """dnsmasq's files are old, and of hostapd's nothing is known."""
    radio = "/etc/hostapd/hostapd.conf"
    two = process(400, "/usr/sbin/dnsmasq -u dnsmasq") + process(401, f"/usr/sbin/hostapd -B {radio}")
    texts = {**FILES, radio: "interface=wlan0\nssid=x\n", PROCESSES: HEADER + INIT + two + PS}
    times = {f"commands/changed{path}": f"{NOW - 900_000}\n" for path in (CONF, FRAGMENT)}
    found = read(reading({**texts, **times}).capture).pending_changes
    assert isinstance(found, Unknown)
    assert not found.could_be
