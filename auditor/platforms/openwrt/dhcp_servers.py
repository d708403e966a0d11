"""Who gives out IPv4 leases: the instances of dnsmasq, or odhcpd if it is the main server.

Source: openwrt/openwrt package/network/services/dnsmasq/files/dnsmasq.init, dnsmasq_start; openwrt/odhcpd
src/config.c.
"""

from dataclasses import dataclass
from typing import TypeVar

from auditor.model import Fact, Interface, Listed, Stated, Unknown, combine, known_like
from auditor.platforms.openwrt.config import Config, Located, init_bool, script_bool
from auditor.platforms.openwrt.listening import Keys, for_dhcp
from auditor.platforms.openwrt.services import running, stopped

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Instance:
    """One `config dnsmasq`: whether it runs, on which interfaces it gives out leases, and what it remembers."""

    located: Located
    runs: Fact[bool]
    interfaces: Keys
    store_persistent: Fact[bool]
    most_leases: Fact[int] | None


@dataclass(frozen=True, slots=True)
class Servers:
    """Facts about the daemons that hold for all scopes of the device."""

    odhcpd_is_main: Fact[bool]
    odhcpd_runs: Fact[bool]
    odhcpd_is_legacy: bool
    odhcpd_store_persistent: Fact[bool]
    instances: tuple[Instance, ...]
    holes: tuple[Unknown, ...]

    def by_main(self, odhcpd: Fact[T], dnsmasq: Fact[T]) -> Fact[T]:
        """Choose what holds for the daemon that serves; if it is not known which one, both must agree."""
        match self.odhcpd_is_main:
            case Unknown() as unknown:
                known = not isinstance(odhcpd, Unknown) and not isinstance(dnsmasq, Unknown)
                return dnsmasq if known and odhcpd.value == dnsmasq.value else unknown  # type: ignore[union-attr]
            case main:
                return odhcpd if main.value else dnsmasq

    def instances_for(self, name: str | None) -> tuple[Instance, ...]:
        """Instances that read a section: the one that its `instance` names, else all."""
        return tuple(each for each in self.instances if name is None or each.located.id == name)


def servers(config: Config, services: Fact[frozenset[str]], interfaces: Listed[Interface]) -> Servers:
    """Find out which daemon gives out IPv4 leases."""
    main: Fact[bool] = config.default("dhcp.maindhcp", script_bool)
    store: Fact[bool] = config.default("odhcpd.leasefile", bool)
    legacy = False
    for located in config.sections("dhcp", "odhcpd"):
        main = config.fact(located, "maindhcp", script_bool, default="dhcp.maindhcp")
        store = _odhcpd_store(config, located)
        written = config.stated(located, "legacy", script_bool)
        legacy = written is not None and (isinstance(written, Unknown) or written.value)
    holes: list[Unknown] = []
    if isinstance(services, Stated) and "dhcpd" in services.value:
        why = f"the ISC DHCP server runs on {config.device}, and its settings are not read"
        holes.append(Unknown(why, services.spans, "look at /etc/dhcpd.conf"))
    return Servers(
        odhcpd_is_main=main,
        odhcpd_runs=_odhcpd_runs(main, services),
        odhcpd_is_legacy=legacy,
        odhcpd_store_persistent=store,
        instances=tuple(
            _instance(config, located, services, interfaces) for located in config.sections("dhcp", "dnsmasq")
        ),
        holes=tuple(holes),
    )


def _odhcpd_runs(main: Fact[bool], services: Fact[frozenset[str]]) -> Fact[bool]:
    """Without odhcpd, a dnsmasq that can DHCPv6 serves all the same, and any other serves nothing."""
    if stopped(services, "odhcpd"):
        why = "odhcpd is the main server and is not started; what dnsmasq does then depends on how it was built"
        return Unknown(why, services.spans, "look at the leases that clients got")
    return combine(lambda _: True, main) if not isinstance(services, Unknown) else services


def _odhcpd_store(config: Config, located: Located) -> Fact[bool]:
    """Odhcpd writes a lease file for others to read; whether it reads it again was not established."""
    written = config.stated(located, "leasefile", survives_reboot)
    if written is None:
        return config.default("odhcpd.leasefile", bool, config.header(located))
    if isinstance(written, Unknown) or not written.value:
        return written
    return Unknown(
        "whether odhcpd reads its lease file after a restart was not established",
        written.spans,
        settle="look whether clients keep their addresses after a restart",
    )


def survives_reboot(path: str) -> bool:
    """`/tmp` and `/var` are in RAM on OpenWrt."""
    return not path.startswith(("/tmp/", "/var/"))  # noqa: S108 - a path on the device


def instance_runs(config: Config, located: Located, services: Fact[frozenset[str]]) -> Fact[bool]:
    """Whether an instance of dnsmasq is started: the service is, and the section is not disabled.

    An unreadable line beside it is not taken for that switch: it spoils what the section says, not that it exists.
    """
    written = config.values(located, "disabled")
    there: Fact[bool] = Stated(True, (config.header(located),))
    if written:
        there = Stated(not init_bool(default=False)(written[-1].value), (config.span(located, written[-1]),))
    elif located.section.damaged is None:
        there = combine(lambda off: not off, config.default("dnsmasq.disabled", script_bool, config.header(located)))
    return running(services, "dnsmasq", _refused(config) or there)


def _refused(config: Config) -> Unknown | None:
    """Why dnsmasq may not start at all: it refuses an option that it sets itself, by name (2.90, `--test`)."""
    for type_ in ("dnsmasq", "dhcp"):
        for located in config.sections("dhcp", type_):
            ignored = config.stated(located, "ignore", script_bool)
            if isinstance(ignored, Stated) and ignored.value:
                continue
            for name in ("dhcp_option", "dhcp_option_force"):
                for word, span in config.words(located, name):
                    if "option:lease-time" in word.split(","):
                        why = "dnsmasq refuses option:lease-time, and then does not start"
                        settle = "remove the line, leasetime sets the lease; then look at `logread -e dnsmasq`"
                        return Unknown(why, (span,), settle)
    return None


def _instance(
    config: Config, located: Located, services: Fact[frozenset[str]], interfaces: Listed[Interface]
) -> Instance:
    runs = instance_runs(config, located, services)
    if isinstance(services, Stated) and "dhcpd" in services.value:
        # dnsmasq.init leaves DHCP to the ISC server if that one is enabled.
        runs = known_like(False, services)
    return Instance(
        located=located,
        runs=runs,
        interfaces=for_dhcp(config, located, interfaces),
        store_persistent=config.fact(located, "leasefile", survives_reboot, default="dhcp.leasefile"),
        most_leases=config.stated(located, "dhcpleasemax", _number) if "dhcpleasemax" in located.written else None,
    )


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("not a number")
    return int(text[:9])
