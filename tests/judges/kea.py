"""kea-dhcp4 as the judge of its configurations, and of the lease that each subnet gives.

It looks for the interfaces that it is told to serve; without them it refuses, so they are made in a namespace.
"""

import re
from collections.abc import Mapping

from tests.judges.rooted import run

PROGRAM = "kea-dhcp4"

_SCRIPT = """
for name in br-lan br-pos br-guest wan eth0 eth1; do
    ip link add "$name" type veth peer name "x$name" && ip link set "$name" up
done
ip addr add 192.168.10.1/24 dev br-lan
KEA_LOCKFILE_DIR=none KEA_PIDFILE_DIR=/tmp exec kea-dhcp4 -t "$1"
"""
_SUBNET = re.compile(r"configuration: ([0-9./]+) with params: (?:.*, )?valid-lifetime=([0-9]+)")


def complaint(files: Mapping[str, str], main: str) -> str:
    """Return what Kea has against a configuration, '' if it takes it."""
    done = _check(files, main)
    return "" if done[0] == 0 else done[1]


def lifetimes(files: Mapping[str, str], main: str) -> dict[str, int]:
    """Return the lease in seconds that each subnet gives, by its prefix."""
    return {prefix: int(seconds) for prefix, seconds in _SUBNET.findall(_check(files, main)[1])}


def _check(files: Mapping[str, str], main: str) -> tuple[int, str]:
    done = run(files, ["sh", "-c", _SCRIPT, "judged", main], network=True)
    return done.returncode, done.stdout + done.stderr
