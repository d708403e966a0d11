"""Which services are found on a host, by what runs and by what is configured."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from auditor.capture import Gap
from auditor.intents import Intent
from auditor.model import Stated
from auditor.platforms.linux import discovery
from auditor.platforms.linux.discovery_files import wanted
from auditor.platforms.linux.outputs import PROCESSES, SOCKETS
from auditor.services import Host, Include, Instance, Part, Put, Service
from auditor.services.base import Place
from tests.platforms.linux.host_outputs import HEADER, INIT, PS, process, reading


def _includes(_path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """Lines `read FILE`, `try FILE` and `folder PATH`; the last two need not be there."""
    words = [line.split() for line in text.split("\n")]
    found = [Include(w[1], folder=w[0] == "folder", required=w[0] == "read") for w in words if len(w) == 2]
    return (*found, *(Include(a.partition("=")[2]) for a in arguments if a.startswith("--also=")))


def _edit(_host: Host, _instance: Instance, _intent: Intent) -> tuple[Put, ...] | None:
    return None


def _put(text: str, _place: Place, _value: str | None) -> str:
    return text


def _states(texts: Mapping[str, str], _arguments: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{path}.leases" for path in texts)


def service(name: str, *files: str) -> Service:
    return Service(
        name=name,
        programs=(f"{name}d",),
        files=files or (f"/etc/{name}.conf",),
        main_file=lambda arguments: arguments[arguments.index("-c") + 1] if "-c" in arguments else None,
        owns=lambda path, _: f"/{path.lstrip('/')}" if name in path else None,
        includes=_includes,
        state_files=_states,
        redact=lambda text, _: text,
        read=lambda _host, _instance: Part(),
        edit=_edit,
        get=lambda _text, _place: None,
        put=_put,
    )


DNS, AP = service("names"), service("radio", "/etc/radio/radio.conf", "/etc/radio.conf")
SERVICES = (DNS, AP)


def found(processes: str | None, files: Mapping[str, str] | None = None, **more: str) -> list[tuple[str, str, object]]:
    texts = dict(files or {}) | more
    if processes is not None:
        texts[PROCESSES] = HEADER + INIT + processes + PS
    listed = discovery.instances(reading(texts), SERVICES)
    return [(each.key, each.file, each.running.value) for each in listed if isinstance(each.running, Stated)]


def holes(processes: str, sockets: str = "") -> list[str]:
    texts = {PROCESSES: HEADER + INIT + processes + PS, SOCKETS: sockets}
    return [hole.why for hole in discovery.instances(reading(texts), SERVICES).holes]


def test_what_runs() -> None:
    read = reading({PROCESSES: HEADER + INIT + process(300, "/usr/sbin/namesd -c /etc/n.conf -x") + PS})
    (instance,) = discovery.instances(read, SERVICES)
    assert instance == Instance(
        "names",
        "names",
        "/etc/n.conf",
        ("-c", "/etc/n.conf", "-x"),
        Stated(True, (read.span(PROCESSES, 3),)),
        300,
        800000,
    )


def test_of_several_usual_places_the_one_that_is_there() -> None:
    line = process(300, "radiod -B")
    assert found(line) == [("radio", "/etc/radio/radio.conf", True)]
    assert found(line, {"/etc/radio.conf": "x"}) == [("radio", "/etc/radio.conf", True)]


def test_two_processes_of_one_command_line_are_one_instance_and_others_are_not() -> None:
    twice = process(300, "namesd") + process(301, "namesd")
    assert found(twice) == [("names", "/etc/names.conf", True)]
    other = process(299, "namesd -c /etc/b.conf") + process(298, "namesd -c /etc/a.conf")
    expected = [
        ("names", "/etc/names.conf", True),
        ("names:/etc/a.conf", "/etc/a.conf", True),
        ("names:/etc/b.conf", "/etc/b.conf", True),
    ]
    assert sorted(found(other + twice)) == expected
    assert sorted(found(twice + other)) == expected


def test_a_configured_service_that_does_not_run() -> None:
    files = {"/etc/names.conf": "x\n"}
    assert found("", files) == [("names", "/etc/names.conf", False)]
    assert found(None, files) == [("names", "/etc/names.conf", True)], "nobody knows, so it is taken to act"
    assert found(process(300, "namesd"), files) == [("names", "/etc/names.conf", True)]


def test_a_list_that_is_not_whole_stops_nothing() -> None:
    read = reading({PROCESSES: HEADER + PS, "/etc/names.conf": "x\n"})
    listed = discovery.instances(read, SERVICES)
    assert [each.running for each in listed] == [Stated(True, (read.span("/etc/names.conf", 1),))]
    assert [hole.why for hole in listed.holes] == [f"{PROCESSES} shows only some processes"]


def test_without_the_list_only_a_refusal_is_a_hole() -> None:
    assert discovery.instances(reading({}), SERVICES).holes == ()
    (hole,) = discovery.instances(reading({}, [Gap(PROCESSES, "timed out", "again")]), SERVICES).holes
    assert "timed out" in hole.why


def test_what_was_refused_is_not_nothing() -> None:
    """A packet filter has no process; that it could not be read must not look as if there were none."""
    kernel = replace(service("filter", "/etc/filter.conf", "commands/filter.txt"), programs=())
    lines = {PROCESSES: HEADER + INIT + PS}
    read = reading(lines, [Gap("commands/filter.txt", "refused", "again"), Gap("/etc/names.conf", "refused", "again")])
    assert list(discovery.instances(read, (kernel, DNS))) == [
        Instance("filter", "filter", "commands/filter.txt", (), Stated(True, ()))
    ]
    assert len(discovery.instances(reading({}, read.capture.gaps), (DNS,))) == 1
    assert len(discovery.instances(reading(lines), (kernel,))) == 0


def test_further_main_files_without_a_list_of_processes() -> None:
    files = {
        "/etc/radio.conf": "read /etc/radio-more.conf\n",
        "/etc/radio-more.conf": "",
        "/etc/radio-5ghz.conf": "",
        "/etc/radio.d/fragment.conf": "",
    }
    assert found(None, files) == [
        ("radio", "/etc/radio.conf", True),
        ("radio:/etc/radio-5ghz.conf", "/etc/radio-5ghz.conf", True),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (process(300, "namesd", cgroup="0::/system.slice/docker-0123456789ab.scope"), "in a container"),
        (process(300, "namesd", cgroup="0::/docker/0123456789ab"), "in a container"),
        (process(300, "namesd", netns="4026532999"), "another network namespace"),
        (process(300, "namesd -c /etc/shadow", uid=1000), "started by user 1000"),
    ],
)
def test_what_is_not_the_hosts_own_is_a_hole_and_its_files_are_not_read(line: str, says: str) -> None:
    assert found(line) == []
    assert [says in why for why in holes(line)] == [True]
    assert not wanted({PROCESSES: HEADER + INIT + line + PS}, SERVICES).required


def test_inside_a_container_its_processes_are_its_own() -> None:
    group = "0::/docker/0123456789ab"
    lines = HEADER + process(1, "/sbin/init", cgroup=group) + process(7, "namesd", cgroup=group)
    texts = {PROCESSES: lines + PS.replace("0::/user.slice/s-1.scope", group)}
    assert len(discovery.instances(reading(texts), SERVICES)) == 1
    assert wanted(texts, SERVICES).required


@pytest.mark.parametrize("netns", ["-", "4026531840"])
def test_a_namespace_that_is_not_shown_is_taken_for_the_hosts(netns: str) -> None:
    assert found(process(300, "namesd", netns=netns)) == [("names", "/etc/names.conf", True)]


@pytest.mark.parametrize(
    "arguments",
    [
        "-c /var/lib/libvirt/dnsmasq/default.conf --leasefile-ro --dhcp-script=/usr/lib/libvirt/libvirt_leaseshelper",
        "--conf-dir=/etc/NetworkManager/dnsmasq.d --pid-file=/run/NetworkManager/dnsmasq.pid",
        "--interface=lxcbr0 --dhcp-leasefile=/var/lib/misc/x --pid-file=/run/lxc/dnsmasq.pid",
        "--conf-file=/var/snap/lxd/common/lxd/networks/lxdbr0/dnsmasq.raw",
    ],
)
def test_daemons_that_others_start_for_themselves_are_left_out(arguments: str) -> None:
    line = process(300, f"namesd {arguments}")
    assert found(line) == []
    assert holes(line) == []
    read = reading({PROCESSES: HEADER + INIT + line + PS})
    discovery.instances(read, SERVICES)
    assert read.coverage()[0].unknown == ()


def test_a_shared_connection_of_network_manager_serves_clients() -> None:
    line = process(300, "namesd --conf-dir=/etc/NetworkManager/dnsmasq-shared.d --listen-address=10.42.0.1")
    assert len(found(line)) == 1


def test_programs_that_nothing_here_reads_are_holes() -> None:
    assert ["AdGuardHome" in why for why in holes(process(300, "/opt/AdGuardHome/AdGuardHome -s run", uid=1000))] == [
        True
    ]
    assert holes(process(300, "/usr/bin/python3 shop.py")) == []


@pytest.mark.parametrize(
    ("socket", "says"),
    [
        ('udp UNCONN 0 0 0.0.0.0:67 0.0.0.0:* users:(("systemd-network",pid=9,fd=3))', "gives out addresses"),
        ('udp UNCONN 0 0 192.168.10.1:53 0.0.0.0:* users:(("some-resolver",pid=9,fd=3))', "answers names"),
        ('udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=9,fd=3))', ""),
        ('udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* users:(("namesd",pid=9,fd=3))', ""),
        ("udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*", ""),
        ('udp UNCONN 0 0 0.0.0.0:5353 0.0.0.0:* users:(("avahi-daemon",pid=9,fd=3))', ""),
    ],
)
def test_listeners_that_are_none_of_the_services(socket: str, says: str) -> None:
    found = holes(process(300, "namesd"), sockets=f"{socket}\n")
    assert [says in why for why in found] == ([True] if says else [])


# -- files --------------------------------------------------------------------------------------------------


def test_files_are_followed() -> None:
    texts = {
        PROCESSES: HEADER + INIT + process(300, "namesd --also=/etc/also") + PS,
        "/etc/names.conf": "read /etc/more\ntry /etc/perhaps\nfolder /etc/names.d/\nread /etc/names.conf\n",
        "/etc/more": "try /etc/also\n",
        "commands/listing/etc/names.d": "10-a\n.hidden\n",
        "/etc/radio.conf": "read /etc/of-radio\n",
    }
    files = wanted(texts, SERVICES)
    assert list(files.required) == [
        "/etc/names.conf", "/etc/more", "/etc/also", "/etc/names.d/10-a", "/etc/radio.conf", "/etc/of-radio",
    ]  # fmt: skip
    assert list(files.optional) == ["/etc/perhaps"]
    assert list(files.folders) == ["/etc/names.d"]
    assert list(files.states) == ["/etc/names.conf.leases", "/etc/more.leases", "/etc/radio.conf.leases"]


def test_a_configuration_that_pulls_itself_in_without_end() -> None:
    texts = {f"/etc/f{n}": f"read /etc/f{n + 1}\n" for n in range(5000)}
    texts |= {"/etc/names.conf": "read /etc/f0\n"}
    assert len(wanted(texts, SERVICES).required) <= 500
