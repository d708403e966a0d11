"""ISC dhcpd as the judge of its configurations, and udhcpc as a client of it."""

import re
from collections.abc import Mapping

from tests.judges.rooted import run

PROGRAM = "dhcpd"

_LEASE = """
ip link set lo up
ip link add br-lan type veth peer name client && ip addr add 192.168.10.1/24 dev br-lan
ip link set br-lan up; ip link set client up
: > /var/lib/dhcp/dhcpd.leases
printf '#!/bin/sh\\n[ "$1" != bound ] || echo "lease=$lease dns=$dns router=$router"\\n' > /tmp/script
chmod +x /tmp/script
# Without the ping before an offer a lease comes a second sooner.
printf 'ping-check false;\ninclude "%s";\n' "$1" > /etc/judged.conf
dhcpd -4 -f -cf /etc/judged.conf -lf /var/lib/dhcp/dhcpd.leases --no-pid >/tmp/log 2>&1 &
server=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q 'Socket/fallback' /tmp/log && break
    sleep 0.05
done
timeout 5 udhcpc -i client -n -q -f -B -t 2 -T 1 -s /tmp/script 2>/dev/null
kill $server 2>/dev/null
wait $server 2>/dev/null
exit 0
"""
_GOT = re.compile(r"lease=([0-9]*) dns=([^=]*) router=([0-9. ]*)")


def complaint(files: Mapping[str, str], main: str) -> str:
    """Return what dhcpd has against a configuration, '' if it takes it."""
    given = {"/var/lib/dhcp/dhcpd.leases": "", **files}
    done = run(given, ["dhcpd", "-t", "-4", "-cf", main, "-lf", "/var/lib/dhcp/dhcpd.leases"])
    return "" if done.returncode == 0 else done.stderr


def leased(files: Mapping[str, str], main: str) -> tuple[int, str, str] | None:
    """Return the lease in seconds, the resolvers and the routers that a silent client gets, None if it gets none."""
    done = run(files, ["sh", "-c", _LEASE, "judged", main], network=True)
    found = _GOT.search(done.stdout)
    return (int(found[1]), found[2].strip(), found[3].strip()) if found else None
