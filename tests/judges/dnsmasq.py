"""The real dnsmasq reads configurations, and gives out leases and answers in a network namespace of its own."""

from collections.abc import Mapping

from tests.judges.rooted import run

PROGRAM = "dnsmasq"


def complaint(files: Mapping[str, str], main: str) -> str:
    """Why dnsmasq refuses a configuration, '' if it takes it."""
    done = run(files, [PROGRAM, "--test", "-C", main], network=True)
    return "" if done.returncode == 0 else done.stderr.strip() or f"status {done.returncode}"


_SERVE = r"""
ip link set lo up
ip link add br-lan type bridge && ip address add 192.168.10.1/24 dev br-lan && ip link set br-lan up
ip link add to-client type veth peer name client && ip link set to-client master br-lan up
mount -t tmpfs judged /run && mkdir -p /run/netns && ip netns add client && ip link set client netns client
ip -n client link set client address "$2" && ip -n client link set client up
dnsmasq --no-daemon --no-ping --pid-file= -C "$1" >/run/log 2>&1 & server=$!
printf '#!/bin/sh\n[ "$1" != bound ] || echo "$ip|$lease|$dns|$router|$opt108"\n' >/run/got && chmod +x /run/got
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q started /run/log && break; sleep 0.1; done
ip netns exec client timeout 6 udhcpc -i client -f -q -n -t 2 -T 1 -O 108 -s /run/got 2>/dev/null
kill $server
"""


def lease(files: Mapping[str, str], main: str, mac: str = "02:00:00:00:00:01") -> dict[str, str]:
    """What a silent client gets from the real server at 192.168.10.1/24 on `br-lan`; nothing: no lease."""
    done = run(files, ["sh", "-c", _SERVE, "judged", main, mac], network=True)
    found = next((line.split("|") for line in done.stdout.splitlines() if line.count("|") == 4), None)
    return {} if found is None else dict(zip(("address", "lease", "dns", "router", "108"), found, strict=True))


_ANSWER = r"""
ip link set lo up
mount -t tmpfs judged /run
dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --bind-interfaces \
    --port=5300 --listen-address=127.0.0.9 --address=/#/10.42.42.42 >/run/upstream 2>&1 & upstream=$!
dnsmasq --no-daemon --pid-file= -C "$1" >/run/log 2>&1 & server=$!
for try in 1 2 3 4 5 6 7 8 9 10; do grep -q started /run/log && grep -q started /run/upstream && break; sleep 0.1; done
dig +short +tries=1 +time=2 @127.0.0.1 "$2" A
kill $server $upstream
"""


def answer(files: Mapping[str, str], main: str, name: str) -> list[str]:
    """What the real resolver answers; 127.0.0.9#5300 is an upstream that knows 10.42.42.42 for every name."""
    done = run(files, ["sh", "-c", _ANSWER, "judged", main, name], network=True)
    return [line for line in done.stdout.splitlines() if not line.startswith(";")]
