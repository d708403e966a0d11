"""Secrets planted in every file and output of a Linux host: none comes out anywhere, and nothing else is lost."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.answers import answer
from auditor.collect.elevation import sudoers_advice
from auditor.collect.session import Output
from auditor.platforms import platform
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from auditor.services.cron.disturbances import disturbances
from auditor.syntax.crontab import job
from tests.e2e.command_line import User

LINUX = platform("linux")
REDACTOR = Redactor(b"k" * 32)
SHOPS = Path(__file__).parents[1] / "shops" / "linux"
MARK = "Zq7"
"""Stands in every planted secret, and in nothing else."""

HEADER = "    PID   UID ELAPSED      NETNS CGROUP            COMMAND\n"
BALLOON = f"$BALLOON-SHA256$v=1$s=1024,t=32${MARK}==${MARK}="
ARGON = f"$argon2id$v=19$m=65536,t=3,p=4${MARK}${MARK}"
PEM = f"-----BEGIN EC PRIVATE KEY-----\n{MARK}\n-----END EC PRIVATE KEY-----\n"

PLANTED: Mapping[str, tuple[str, ...]] = {
    "/etc/hostapd/hostapd.conf": (
        f"wpa_passphrase={MARK} of the tills",
        f"wpa_passphrase={MARK}\r",
        f" wpa_passphrase={MARK}-indented",
        f"wpa_passphrase {MARK}-without-sign",
        f"wpa_pass phrase is {MARK}",
        f"# the passphrase of the tills is {MARK}",
        f"#wpa_passphrase={MARK}-out",
        f"wpa_psk={MARK}",
        f"sae_password={MARK}|mac=ff:ff:ff:ff:ff:ff|vlanid=2|pk={MARK}:{MARK}|id={MARK}",
        f"auth_server_shared_secret={MARK}",
        f"acct_server_shared_secret={MARK}",
        f"radius_das_client=192.0.2.1 {MARK}",
        f"radius_auth_req_attr=2:s:{MARK}",
        f"r0kh=02:00:5e:10:00:01 ap.example {MARK}",
        f"private_key_passwd={MARK}",
        f"ap_pin={MARK}",
        f"interface=wlan0\x0bwpa_passphrase={MARK}",
        f"interface=wlan0\u2028wpa_passphrase={MARK}",
        f"rsn_preauth=1 # wpa_passphrase={MARK}",
        f"network_auth_type=02http://shop:{MARK}@192.0.2.1/",
    ),
    "/etc/hostapd/psk": (
        f"00:00:00:00:00:00 {MARK} of the shop",
        f"keyid=till wps=1 02:00:5e:10:00:01 {MARK}",
        f"vlanid=3 02:00:5e:10:00:01\t{MARK}",
        f"no address {MARK}",
    ),
    "/etc/hostapd/sae": (f"{MARK}|mac=02:00:5e:10:00:01", f"{MARK}|vlanid=2", MARK),
    "/etc/hostapd/eap_user": (
        f'"till" MSCHAPV2 "{MARK}" [2]',
        f'"till" PWD {MARK}',
        f'"till MSCHAPV2 "{MARK}"',
        f'till MSCHAPV2 "{MARK}"',
    ),
    "/etc/kea/kea-dhcp4.conf": (
        f'{{"Dhcp4": {{"lease-database": {{"type": "mysql", "password": "{MARK} and \\"{MARK}"}}}}}}',
        f'{{"Dhcp4": {{"hosts-databases": [{{"password"\n:\n"{MARK}"}}]}}}}',
        f'{{"Dhcp4": {{"lease-database": {{"password" /* of the shop */ : "{MARK}"}}}}}}',
        f'{{"Dhcp4": {{"lease-database": {{"pass\\u0077ord": "{MARK}"}}}}}}',
        f'{{"Dhcp4": {{"clients": [{{"user": "a", "password": "{MARK}"}}], "password": ["{MARK}", "{MARK}"]}}}}',
        f'{{"Dhcp4": {{"tsig-keys": [{{"name": "n", "secret": "{MARK}=="}}]}}}}',
        f'{{"Dhcp4": {{"user-context": {{"comment": "the password is {MARK}", "x": "psk={MARK}"}}}}}}',
        f'{{"Dhcp4": {{ // the password is {MARK}\n # "password": "{MARK}"\n /* password\n {MARK} */ }}}}',
        f'{{"Dhcp4": {{"password": {MARK}, "secret": 12{MARK}, \'password\': \'{MARK}\', "password": "{MARK}',
    ),
    "/etc/bind/named.conf": (
        f'key "k" {{ algorithm hmac-sha256; secret "{MARK}=="; }};',
        f"key k {{ algorithm hmac-sha256; secret\n\t{MARK}==;\n}};  # the secret is {MARK}",
        f'options {{ cookie-secret "{MARK}"; }};',
        f'/* secret\n   "{MARK}"; */',
        f'dlz "shop" {{ database "mysql {{host=a user=b pass={MARK}}}"; }};',
        f'dyndb "ldap" "ldap.so" {{ password "{MARK}"; }};',
        f'secret "{MARK}',
    ),
    "/etc/bind/rndc.key": (f'key "rndc-key" {{ algorithm hmac-sha256; secret "{MARK}"; }};',),
    "/etc/unbound/unbound.conf": (
        f'server:\n    secret-seed: "{MARK}"\n    cookie-secret: {MARK}',
        f"server:\n    redis-server-password:\n        {MARK}",
        f"server: # the password is {MARK}",
        f"server:\n    redis-server-password: {MARK} {MARK}",
        f"    broken secret {MARK}",
        f'    local-data: "till. TXT password={MARK}"',
    ),
    "/etc/dhcp/dhcpd.conf": (
        f"key k {{ algorithm HMAC-MD5; secret {MARK}==; }}",
        f'key k {{\n  algorithm hmac-md5;\n  secret\n    "{MARK}";\n}}',
        f'ldap-password\n  "{MARK}";',
        f"# the secret is {MARK}",
        f'option vendor "password={MARK}";',
        f'secret "{MARK}\n{MARK};',
    ),
    "/etc/dnsmasq.conf": (
        f"# the password is {MARK}",
        f'dhcp-option=43,"password={MARK}"',
        f"dhcp-option=option:tftp-server,http://shop:{MARK}@192.0.2.1/",
        f"conf-script=/usr/bin/fetch --password {MARK} -u shop:{MARK}",
        f"conf-script=/usr/bin/fetch --api-token={MARK}",
        f'txt-record=till,"secret: {MARK}"',
        f"dhcp-range=192.168.30.2,192.168.30.9,1h # password {MARK}",
        f"wpa_passphrase={MARK}",
        f"till:{MARK}abc:19000:0:99999:7:::",
        PEM,
    ),
    "/etc/pihole/pihole.toml": (
        f'[webserver.api]\npwhash = "{MARK}"',
        f'  app_pwhash = "{BALLOON}"  ### CHANGED',
        f"totp_secret = '{MARK}'",
        f'"pwhash" = "{MARK}"\nwebserver.api.password = "{MARK}"',
        f"password = '''\n{MARK}\n'''",
        f'[misc]\ndnsmasq_lines = ["conf-script=x --password {MARK}"]',
        f'# pwhash = "{MARK}"',
    ),
    "/etc/pihole/setupVars.conf": (f"WEBPASSWORD={MARK}", f"API_PWHASH={MARK}", f"WEBPASSWORD={ARGON}"),
    "/etc/chilli.conf": (
        f"radiussecret {MARK}",
        f'uamsecret "{MARK} of words"',
        f"adminpasswd\t{MARK}",
        f"sslkeypass {MARK}",
        f"uamserver https://192.0.2.1/?secret={MARK}",
        f"coaport 1 #secret {MARK}",
    ),
    "/etc/chilli/config": (f"HS_RADSECRET={MARK}", f"HS_ADMPWD='{MARK}'", f'HS_ENV="secret={MARK}"'),
    "/etc/opennds/opennds.conf": (f"faskey {MARK}", f"FasKey={MARK}", f"fas_path /login?token={MARK}"),
    "/etc/config/opennds": (f"config opennds\n\toption faskey '{MARK}'",),
    "/etc/nodogsplash/nodogsplash.conf": (f"Password {MARK}", f"#password {MARK}"),
    "/etc/nftables.conf": (
        f"# the password is {MARK}",
        f'table ip a {{ chain b {{ tcp dport 22 accept comment "psk: {MARK}"; }} }}',
        f"table ip a {{ chain b {{ accept # password {MARK}\n }} }}",
    ),
    "commands/nft-ruleset.json": (f'{{"nftables": [{{"rule": {{"comment": "psk={MARK}", "handle": 4}}}}]}}',),
    "/etc/iptables/rules.v4": (
        f'*filter\n-A INPUT -m comment --comment "psk is {MARK}" -j ACCEPT\nCOMMIT',
        f"-A INPUT -m comment --comment secret:{MARK} -j ACCEPT",
    ),
    "/etc/crontab": (f"MYSQL_PWD={MARK}", f"0 1 * * * root sshpass -p {MARK} ssh gw; reboot"),
    "/etc/cron.d/shop": (f"0 1 * * * root nmcli device wifi connect SHOP password {MARK}",),
    "commands/ip-addr.json": (f'[{{"ifname": "eth0", "ifalias": "password {MARK}"}}]',),
    "commands/processes.txt": (
        f"{HEADER}    2 0 9 - 0::/x /usr/sbin/chilli --radiussecret={MARK} --uamsecret {MARK} {MARK} --adminpasswd x",
        f"{HEADER}    2 0 9 - 0::/x /usr/sbin/dnsmasq --dhcp-option=43,password={MARK} -u shop",
        f"{HEADER}    2 0 9 - 0::/x /usr/bin/mysql -p{MARK}\n    1 0 9 - 0::/x /sbin/init {MARK}\nnot a process {MARK}",
    ),
    "/etc/made-up": (f"wpa_passphrase={MARK}", f"password {MARK}", f"PrivateKey = {MARK}", f"root:{ARGON}:1:0:9:7:::"),
}
CASES = [(path, text) for path, texts in PLANTED.items() for text in texts]


@pytest.mark.parametrize(("path", "text"), CASES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_no_secret_is_left_and_every_line_is(path: str, text: str, end: str) -> None:
    text = text.replace("\n", end) + end
    once = LINUX.redact(path, text, REDACTOR)
    assert MARK not in once
    assert once.count("\n") == text.count("\n")
    assert LINUX.redact(path, once, REDACTOR) == once


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SHOPS.iterdir()))
def test_what_is_no_secret_stays(shop: str) -> None:
    for file in (SHOPS / shop / "gw").rglob("*"):
        name = file.relative_to(SHOPS / shop / "gw").as_posix()
        if not file.is_file() or name == "commands/processes.txt":
            continue
        lines = file.read_text().split("\n")
        path = name if name.startswith("commands/") else f"/{name}"
        redacted = LINUX.redact(path, "\n".join(lines), REDACTOR).split("\n")
        changed = [line for line, other in zip(lines, redacted, strict=True) if line != other]
        assert all("made-up key" in line for line in changed), name


@given(st.sampled_from(sorted(PLANTED)), st.text(max_size=120))
def test_any_text_keeps_its_lines_and_twice_is_once(path: str, text: str) -> None:
    once = LINUX.redact(path, text, REDACTOR)
    assert once.count("\n") == text.count("\n")
    assert LINUX.redact(path, once, REDACTOR) == once


@pytest.mark.parametrize(
    "command",
    [
        f"PASS={MARK} reboot",
        f"export MYSQL_PWD={MARK}; reboot",
        f"uci set wireless.pos.key='{MARK} of; words'; wifi",
        f'curl -d "user=a&password={MARK}" https://192.0.2.9/ && reboot',
        f"curl -H 'X-Auth-Token: {MARK}' https://192.0.2.9/; reboot",
        f"curl -u shop:{MARK} https://192.0.2.9/ | sh; /sbin/reboot",
        f"curl --password '{MARK} two {MARK}' https://192.0.2.9/; reboot",
        f"nmcli device wifi connect SHOP password '{MARK}; {MARK}'; systemctl restart hostapd",
        f"sh -c 'nmcli device wifi connect SHOP password {MARK} x; reboot'",
        f"mysqldump -u shop -p{MARK} shop; reboot",
        f"smbclient -U shop%{MARK} //nas/x; reboot",
        f"wpa_passphrase SHOP {MARK}; reboot",
    ],
)
def test_a_job_without_its_secret_disturbs_as_before(command: str) -> None:
    line = f"0 12 * * 2 root {command}"
    redacted = LINUX.redact("/etc/crontab", line, REDACTOR)
    before, after = job(line, user=True), job(redacted, user=True)
    assert before is not None
    assert after is not None
    assert MARK not in redacted
    found = list(disturbances(before.command, frozenset()))
    assert found
    assert list(disturbances(after.command, frozenset())) == found


def _planted(shop: str, folder: Path) -> Path:
    """A copy of a shop with a short lease, a till that cannot see its neighbours, and what is planted beside."""
    copy = Path(shutil.copytree(SHOPS / shop, folder / shop))
    gw = copy / "gw"
    for path, texts in PLANTED.items():
        file = gw / path.lstrip("/")
        if not file.exists() or path.endswith((".json", "kea-dhcp4.conf", "processes.txt")):
            continue
        keep = [text for text in texts if "interface=" not in text and "{" not in text and "'''" not in text]
        file.write_text(file.read_text() + "".join(f"{text}\n" for text in keep))
    (gw / "etc" / "hostapd" / "psk").write_text("\n".join(PLANTED["/etc/hostapd/psk"]))
    kea = gw / "etc" / "kea" / "kea-dhcp4.conf"
    if kea.exists():
        kea.write_text(kea.read_text().replace('"Dhcp4": {', f'"Dhcp4": {{ // password {MARK}\n', 1))
    for file in gw.rglob("*"):
        if file.is_file() and not file.relative_to(gw).as_posix().startswith("commands"):
            file.write_text(file.read_text().replace(",24h", ",1h").replace("86400", "3600"))
    crontab = gw / "etc" / "crontab"
    crontab.write_text(crontab.read_text() + f"0 12 * * * root uci set wireless.pos.key={MARK}; reboot\n")
    return copy


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SHOPS.iterdir()))
def test_no_command_lets_a_secret_out(user: User, tmp_path: Path, shop: str) -> None:
    copy = _planted(shop, tmp_path)
    shutil.copytree(copy, user.folder / "shop")
    inventory = user.folder / "shop" / "inventory.yaml"
    raw = user.folder / "shop" / "gw"
    audited = user.run(
        *("--debug", "audit", inventory, "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert audited.code in (1, 3), audited.output
    assert "reboot" in audited.output  # the line with a planted secret is quoted
    collected = user.run("--debug", "collect", inventory, "--out", "captures")
    shown = user.run("--debug", "model", raw, "--platform", "linux")
    verified = user.run("--debug", "verify", "--inventory", inventory)
    assert (collected.code, shown.code) == (0, 0)
    outputs = [done.output for done in (audited, collected, shown, verified)]
    files = [text for file, text in user.texts().items() if user.folder in file.parents and raw not in file.parents]
    for text in (*outputs, *files):
        assert MARK not in text
        assert "made-up key" not in text


@pytest.mark.parametrize("said", [f"sudo: password for shop: {MARK}", f"Sorry, user may not run cat {MARK}"])
def test_what_sudo_says_is_not_quoted(said: str) -> None:
    command = load_profile("linux").command("configuration")
    assert command is not None
    first = Output("", "cat: x: Permission denied", 1)
    assert MARK not in repr(sudoers_advice(command, "/etc/x.conf", "audit", answer(first), Output("", said, 1)))
