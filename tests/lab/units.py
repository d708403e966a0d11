"""The services of a shop's router: how each is started, and what stands for the machine's service manager."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One service: its program, its command line, and the ports that it listens on once it is ready."""

    name: str
    program: str
    command: str
    ports: tuple[str, ...] = ()
    once: bool = False

    @property
    def script(self) -> str:
        """What `systemctl start` runs."""
        if self.once:
            return f"#!/bin/sh\nexec {self.command}\n"
        log = f"/var/log/{self.name}.log"
        return f"#!/bin/sh\nsetsid {self.command} </dev/null >>{log} 2>&1 &\necho $! > /run/lab/{self.name}.pid\n"


DHCP = ("udp/67",)
DNS = ("udp/53",)

UNITS = {
    "dnsmasq": Unit("dnsmasq", "dnsmasq", "dnsmasq -d -7 /etc/dnsmasq.d,.dpkg-dist", DNS + DHCP),
    "dnsmasq-dns": Unit("dnsmasq", "dnsmasq", "dnsmasq -d", DNS),
    "dnsmasq-dhcp": Unit("dnsmasq", "dnsmasq", "dnsmasq -d", DHCP),
    "kea": Unit("kea-dhcp4-server", "kea-dhcp4", "kea-dhcp4 -c /etc/kea/kea-dhcp4.conf", DHCP),
    "dhcpd": Unit("isc-dhcp-server", "dhcpd", "dhcpd -4 -f -cf /etc/dhcp/dhcpd.conf", DHCP),
    "dhcrelay": Unit(
        "isc-dhcp-relay", "dhcrelay", "dhcrelay -4 -d -i br-tills -i br-readers -i br-office 192.168.10.67", DHCP
    ),
    "unbound": Unit("unbound", "unbound", "unbound -d", DNS),
    "bind": Unit("named", "named", "named -f -n 1", DNS),
    "nftables": Unit("nftables", "nft", "nft -f /etc/nftables.conf", once=True),
    "iptables": Unit("netfilter-persistent", "iptables-restore", "iptables-restore /etc/iptables/rules.v4", once=True),
    "sshd": Unit("ssh", "sshd", "/usr/sbin/sshd -D -e -f /etc/ssh/sshd_config", ("tcp/22",)),
}
"""By the name that scenarios use."""

_SYSTEMCTL = """#!/bin/sh
# Starts and stops what lies in /run/lab/units, and waits for the end of what it stops.
verb=$1; shift
for unit; do
    unit=${unit%.service}
    case $unit in bind9) unit=named;; iptables) unit=netfilter-persistent;; esac
    [ -x "/run/lab/units/$unit" ] || { echo "Unit $unit.service not found." >&2; exit 5; }
    pid=$(cat "/run/lab/$unit.pid" 2>/dev/null)
    case $verb in
    stop | restart | reload | try-restart | reload-or-restart)
        if [ -n "$pid" ]; then
            kill "$pid" 2>/dev/null
            count=0
            while kill -0 "$pid" 2>/dev/null && [ $count -lt 200 ]; do sleep 0.02; count=$((count + 1)); done
            kill -9 "$pid" 2>/dev/null
            rm -f "/run/lab/$unit.pid"
        fi
        [ "$verb" = stop ] || "/run/lab/units/$unit" || exit 1
        ;;
    start) "/run/lab/units/$unit" || exit 1 ;;
    is-active) if [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null; then echo active; else echo inactive; exit 3; fi ;;
    *) echo "Unknown command verb $verb." >&2; exit 1 ;;
    esac
done
"""

SHIMS = {
    "systemctl": _SYSTEMCTL,
    "service": '#!/bin/sh\nexec systemctl "$2" "$1"\n',
    "sudo": '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n',
    "netfilter-persistent": "#!/bin/sh\nexec systemctl restart netfilter-persistent\n",
    "rndc": "#!/bin/sh\nexec systemctl restart named\n",
    "unbound-control": "#!/bin/sh\nexec systemctl restart unbound\n",
}
"""Stand for the service manager of a whole machine; what they start are the real programs."""
