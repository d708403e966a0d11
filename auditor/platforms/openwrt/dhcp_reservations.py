"""`config host`: addresses that are kept for one client."""

from ipaddress import IPv4Address

from auditor.model import Fact, Listed, Reservation, Stated, Unknown
from auditor.platforms.openwrt.config import Config, Located, init_bool
from auditor.platforms.openwrt.dhcp_servers import Servers
from auditor.platforms.openwrt.lease_times import lease_time, odhcpd_lease_time
from auditor.platforms.openwrt.raw_dnsmasq import RawLine, not_read


def reservations(config: Config, servers: Servers, raw: Listed[RawLine]) -> Listed[Reservation]:
    """Read every `config host` that is in force; a raw `dhcp-host`, or a file of them, may add one."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    holes = [not_read(line, "may reserve an address") for line in raw if line.key == "dhcp-host"]
    for instance in servers.instances:
        lines = config.lines(instance.located, "dhcphostsfile")
        if lines:
            holes.append(
                Unknown(
                    "dnsmasq reads a file of reservations, which was not read",
                    lines,
                    settle="write the reservations as config host, or look at the file",
                )
            )
    found = []
    for located in config.sections("dhcp", "host"):
        if _in_force(config, located, servers):
            found.append(_reservation(config, located, servers))
        else:
            for name in located.written:
                config.values(located, name)
    return Listed(tuple(found), (*holes, *raw.holes))


def _in_force(config: Config, located: Located, servers: Servers) -> bool:
    """`enable 0` switches a reservation off; so does an instance that certainly does not run."""
    enabled = config.fact(located, "enable", init_bool(default=True), default="dhcp.host.enable")
    if not isinstance(enabled, Unknown) and not enabled.value:
        return False
    name = next((word for word, _ in config.words(located, "instance")), None)
    if name is None:
        return True
    runs = [each.runs for each in servers.instances_for(name)]
    return any(isinstance(fact, Unknown) or fact.value for fact in runs)


def _reservation(config: Config, located: Located, servers: Servers) -> Reservation:
    macs = config.words(located, "mac")
    config.values(located, "name")
    near = (config.header(located),)
    tagged = config.lines(located, "match_tag")
    address: Fact[IPv4Address | None] = config.stated(located, "ip", _address) or Stated(None, near)
    if tagged:
        why = f"{located.title} holds for this client only while it has a tag (match_tag)"
        address = Unknown(why, tagged, "look at the lease that the client got")
    return Reservation(
        device=config.device,
        key=located.id,
        macs=config.damage(located)
        or Stated(
            tuple(word.lower().replace("-", ":") for word, _ in macs),
            tuple(dict.fromkeys(span for _, span in macs)) or near,
        ),
        address=address,
        lease_time=servers.by_main(
            config.stated(located, "leasetime", odhcpd_lease_time) or Stated(None, near),
            config.stated(located, "leasetime", lease_time) or Stated(None, near),
        ),
    )


def _address(text: str) -> IPv4Address | None:
    if text == "ignore":
        raise ValueError("no address for this client, which gets no answer at all")
    try:
        return IPv4Address(text)
    except ValueError as error:
        raise ValueError("not an IPv4 address") from error
