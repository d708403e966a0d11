"""`auditor audit` of one saved running configuration of IOS, as an engineer has it at hand."""

import subprocess
import sys
from pathlib import Path

ROUTER = """\
version 16.9
hostname gw
ip dhcp pool POS
 network 10.20.30.0 255.255.255.0
 default-router 10.20.30.1
 dns-server 10.20.0.53
 lease 2
interface GigabitEthernet0/0/0
 ip address 192.0.2.2 255.255.255.252
interface GigabitEthernet0/0/1.30
 encapsulation dot1Q 30
 ip address 10.20.30.1 255.255.255.0
 ip access-group POS-IN in
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip access-list extended POS-IN
 permit udp any any eq bootps
 deny   ip 10.20.30.0 0.0.0.255 10.0.0.0 0.255.255.255
 permit ip any any
line vty 0 4
 transport input ssh
end
"""


def test_where_the_release_shows_no_numbers_the_entry_is_told_once_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "gw.cfg"
    file.write_text(ROUTER, encoding="utf-8")
    who = ("--readers", "subnet=10.20.30.0/24", "--pos", "subnet=10.20.30.0/24")
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "audit", str(file), "--platform", "cisco_ios", *who],
        capture_output=True,
        text=True,
        env={"COLUMNS": "400", "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 1, done.stderr
    advice = [line for line in done.stdout.splitlines() if "show ip access-lists POS-IN" in line]
    assert len(advice) == 1
    assert "`permit udp 10.20.30.0 0.0.0.255 host 10.20.0.53 eq domain`" in advice[0]
    assert "before that of `deny   ip 10.20.30.0 0.0.0.255 10.0.0.0 0.255.255.255`" in advice[0]
