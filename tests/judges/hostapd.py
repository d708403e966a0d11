"""hostapd as the judge of its configurations: without a radio, with `driver=none` on interfaces of its own.

It has no option that only checks. So it runs for a moment in a network namespace where its interfaces exist; what
it prints tells whether it took the file, and its control socket tells the values that it works with.
"""

import re
from collections.abc import Mapping

from tests.judges.rooted import run

PROGRAM = "hostapd"

_SCRIPT = """
for name in $interfaces; do ip link add "$name" type veth peer name "x$name" && ip link set "$name" up; done
mkdir -p /run/judged
hostapd $files >/tmp/log 2>&1 &
program=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    grep -q -e AP-ENABLED -e COUNTRY_UPDATE /tmp/log && break
    kill -0 $program 2>/dev/null || break
    sleep 0.02
done
cat /tmp/log
for name in $interfaces; do
    echo "== $name"
    [ ! -S "/run/judged/$name" ] || hostapd_cli -p /run/judged -i "$name" get_config
done
kill $program 2>/dev/null
wait $program 2>/dev/null
exit 0
"""

_KEYS = re.compile(r"^(?:wpa_psk_file|sae_password_file|eap_user_file|vlan_file)=(/\S+)$", re.MULTILINE)


def complaint(files: Mapping[str, str], main: str) -> str:
    """Return what hostapd has against a configuration, '' if it starts with it."""
    return tried(files, main)[0]


def tried(files: Mapping[str, str], main: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the complaint, and what `hostapd_cli get_config` says of each interface: ssid, wpa, key_mgmt, ciphers."""
    printed, values = _run(files, main)
    # Without a radio nobody answers to a country, and no second BSS can be made; by then the file was taken.
    taken = any(word in printed for word in ("AP-ENABLED", "->COUNTRY_UPDATE", "Failed to add BSS"))
    return "" if taken else printed or "it does not start", values


def _run(files: Mapping[str, str], main: str) -> tuple[str, dict[str, dict[str, str]]]:
    judged = dict(files)
    judged[main] = _without_radio(files[main])
    # Lists of keys never leave a device; empty ones stand in for them.
    judged |= {path: "" for path in _KEYS.findall(files[main]) if path not in files}
    names = dict.fromkeys(re.findall(r"^(?:interface|bss)=(.+)$", judged[main], re.MULTILINE))
    known = " ".join(name for name in names if re.fullmatch(r"[A-Za-z0-9_.-]{1,14}", name))
    script = f"interfaces='{known}'\nfiles='{main}'\n{_SCRIPT}"
    printed = run(judged, ["sh", "-c", script], network=True).stdout
    log, *parts = printed.split("\n== ")
    if printed.startswith("== "):
        log, parts = "", printed[3:].split("\n== ")
    found = {}
    for part in parts:
        name, _, rest = part.partition("\n")
        found[name] = dict(line.split("=", 1) for line in rest.splitlines() if "=" in line)
    return log, found


def _without_radio(text: str) -> str:
    """Swap the driver, and put the control socket where the test looks for it; line numbers stay."""
    kept = [line for line in text.split("\n") if not line.startswith("driver=")]
    last = kept.pop() if kept and not kept[-1] else None
    kept = [line for line in kept if not line.startswith("ctrl_interface")]
    if "ieee80211d=1" not in kept:
        kept = ["#" if re.fullmatch(r"country_code=[A-Z]{2}", line) else line for line in kept]
    head = ["driver=none", "ctrl_interface=/run/judged"]
    first = next((n for n, line in enumerate(kept) if line.startswith("bss=")), len(kept))
    return "\n".join([*kept[:first], *head, *kept[first:], *([last] if last is not None else [])])
