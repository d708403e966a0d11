"""Secrets planted in every menu and output of a RouterOS device: none comes out anywhere, and nothing else is lost."""

# ruff: noqa: E501 - a line of a device is one line

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.saved import load_capture
from auditor.inventory.load import load
from auditor.pipeline import audit
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.secrets import Redactor
from tests.e2e.command_line import User
from tests.services.hosts import NOW

ROUTEROS = platform("routeros")
REDACTOR = Redactor(b"k" * 32)
SHOPS = Path(__file__).parents[1] / "shops" / "routeros"
MARK = "Zq7"
"""Stands in every planted secret, and in nothing else."""

WIREGUARD = "/" + f"{MARK}abc" * 7 + "="  # base64 may begin like a path

EXPORTED = (
    f"/interface wireless security-profiles set [ find default=yes ] wpa-pre-shared-key={MARK}abcdefgh wpa2-pre-shared-key=\"{MARK} of the tills\"",
    f"/interface wireless security-profiles add name=x static-key-0=0x{MARK} static-key-1={MARK} static-sta-private-key={MARK} mschapv2-password={MARK} mschapv2-username=a supplicant-identity=shop",
    f"/interface wireless access-list add private-pre-shared-key={MARK}xxxxx private-key=0x{MARK} comment=\"psk {MARK}\"",
    f"/interface wireless set wlan1 ssid=SHOP nv2-preshared-key={MARK} wds-x=1",
    f"/interface wireless connect-list add ssid=x comment=\"password: {MARK}\"",
    f"/interface wifi security add name=s passphrase={MARK}abcdefgh .ft=yes",
    f"/interface wifi set [ find default-name=wifi1 ] security.authentication-types=wpa2-psk .passphrase=\"{MARK} passphrase\" .ft=yes",
    f"/interface wifi set [ find default-name=wifi1 ] security.passphrase={MARK} configuration.ssid=X",
    f"/interface wifi security multi-passphrase add group=a passphrase={MARK}11111 isolation=no",
    f"/interface wifi set [ find passphrase={MARK} ] disabled=no",
    f"/interface wifi set [ find security.passphrase=\"{MARK} a\" ] disabled=no",
    f"/interface wireless security-profiles set [ find wpa2-pre-shared-key={MARK} ] mode=dynamic-keys",
    f"/interface wifi access-list add passphrase={MARK}abc mac-address=02:00:5E:00:00:01",
    f"/interface wifi security eap add eap-password={MARK}",
    f"/interface wifi security set [find] eap-username=a .eap-password={MARK}",
    f"/caps-man security add name=x passphrase=\"{MARK} word\" eap-radius-accounting=no",
    f"/caps-man configuration add name=x security.passphrase={MARK} .authentication-types=wpa2-psk ssid=A",
    f"/caps-man access-list add private-passphrase={MARK}",
    f"/ppp secret add name=till password={MARK} service=l2tp",
    f"/interface pppoe-client add user=a password=\"{MARK} \\\"quoted\\\"\" name=p",
    f"/interface l2tp-client add ipsec-secret={MARK} password={MARK} connect-to=192.0.2.1",
    f"/interface l2tp-server server set ipsec-secret={MARK} use-ipsec=yes",
    f"/interface gre add ipsec-secret={MARK}",
    f"/interface wireguard add name=wg private-key=\"{WIREGUARD}\" listen-port=1",
    f"/interface wireguard peers add preshared-key=\"{WIREGUARD}\" public-key=abc private-key=\"{WIREGUARD}\"",
    f"/interface macsec add cak={MARK} ckn=1",
    f"/interface lte apn add apn=x user=a password={MARK}",
    f"/interface lte set [find] pin={MARK}",
    f"/interface lte settings set sim-pin={MARK}",
    f"/ip ipsec identity add secret={MARK} peer=x",
    f"/ip ipsec identity add password={MARK} username=x",
    f"/ip ipsec key psk add key={MARK} name=x",
    f"/ip ipsec key qkd add psk={MARK}",
    f"/ip ipsec installed-sa add auth-key={MARK} enc-key={MARK}",
    f"/ip ipsec manual-sa add ah-key={MARK} esp-auth-key={MARK} esp-enc-key={MARK}",
    f"/radius add secret={MARK} address=192.0.2.1",
    f"/snmp community add name={MARK} authentication-password={MARK} encryption-password={MARK}",
    f"/snmp community set [ find default=yes ] name={MARK}",
    f"/snmp community set {MARK} addresses=1.2.3.4",
    f"/snmp community set [ find name=\"{MARK} x\" ] addresses=1.2.3.4",
    f"/snmp community set [ find where name=\"{MARK} x\" ] addresses=1.2.3.4",
    f"/snmp community\nadd name={MARK}\nset {MARK} addresses=1.2.3.4",
    f"/snmp set trap-community={MARK} trap-version=2",
    f"/user add name=a password={MARK} group=full",
    f"/user set admin password={MARK}",
    f"/user set admin password=\"{MARK}",
    f"/user ssh-keys private import x passphrase={MARK}",
    f"/ip hotspot user add name=a password={MARK}",
    f"/ip hotspot profile set default radius-mac-format=X ssl-certificate=none mac-auth-password={MARK}",
    f"/ip hotspot user profile add on-login=\":local password \\\"{MARK}\\\"; :log info \\$password\"",
    f"/tool e-mail set address=192.0.2.1 password={MARK} user=a from=a@example.net",
    f"/tool e-mail send to=a password={MARK}",
    f"/tool fetch url=\"https://shop:{MARK}@192.0.2.1/x?token={MARK}\" user=a password={MARK}",
    f"/tool netwatch add down-script=\"/tool fetch url=\\\"https://api.example/bot{MARK}/send?token={MARK}\\\"\" host=192.0.2.1",
    f"/tool netwatch add down-script=\"/tool fetch http-header-field=\\\"Authorization: Bearer {MARK}\\\" url=http://192.0.2.1\" host=192.0.2.1",
    f"/tool netwatch add http-header=\"X-Api-Key: {MARK}\" down-script=\"/tool e-mail send password=\\\"{MARK} x\\\" to=a\"",
    f"/tool netwatch add up-script=\"/interface wireless security-profiles set default wpa2-pre-shared-key=\\\"{MARK} two words\\\"; /interface wifi set wifi1 security.passphrase={MARK}\"",
    f"/tool netwatch add up-script=\"/interface wifi set wifi1 security.passphrase=(\\\"{MARK}\\\" . \\\"{MARK}\\\")\"",
    f"/tool netwatch add up-script=\"/interface wifi set wifi1 security.passphrase=(\\\"abc\\\".\\\"{MARK}\\\")\"",
    f"/system script add name=s source=\":local psk \\\"{MARK} a\\\"\\r\\n/interface wifi set wifi1 security.passphrase=\\$psk\\r\\n:global smtpPassword \\\"{MARK}\\\"\"",
    f"/system script add name=s source=\":local psk {{\\\"{MARK}\\\";\\\"{MARK}\\\"}}\"",
    f"/system script add name=s source=\":local apiKey \\\"{MARK}\\\"; :local chatID 1; :local botToken \\\"1:{MARK}\\\"\"",
    f"/system script add name=s source=\":set (\\$a->\\\"password\\\") \\\"{MARK}\\\"\"",
    f"/system script add name=s source=\":local ddnspass \\\"{MARK}\\\"\\n:local ddnsuser a\"",
    f"/system script add name=s source={{:local pass \"{MARK}\"\n/user set admin password={MARK}}}",
    f"/system scheduler add name=s on-event=\":local password {MARK}\"",
    f"/system scheduler add name=s on-event=\"/system backup save name=x password={MARK}\" interval=1d",
    f"/system scheduler add name=s comment=\"admin pass {MARK}\" on-event=a",
    f"/system scheduler add name=s comment=\"Wi-Fi password is {MARK} and more {MARK}\"",
    f"/system scheduler add name=s comment=\"WLAN-Passwort: {MARK}\"",
    f"/system note set note=\"admin password {MARK}\"",
    f"/system logging action set remote password={MARK}",
    f"/container envs add key=PASSWORD name=x value={MARK}",
    f"/container envs add list=x key=DB_PASS value=\"{MARK}\"",
    f"/container envs add list=x value=\"{MARK}\" key=API_TOKEN",
    f"/container add envs=\"PASSWORD={MARK},TZ=UTC\" remote-image=x",
    f"/container add env=\"DB_PASSWORD={MARK}\" cmd=\"--password {MARK}\"",
    f"/container config set registry-url=https://shop:{MARK}@192.0.2.1 username=a password={MARK}",
    f"/container add cmd=\"run --token={MARK}\" entrypoint=\"x --psk {MARK}\"",
    f"/certificate add name=x key-passphrase={MARK}",
    f"/certificate scep-server add challenge-password={MARK}" ,
    f"/certificate import file-name=x passphrase={MARK}",
    f"/file add name=x contents=\"-----BEGIN PRIVATE KEY-----\\n{MARK}\\n-----END PRIVATE KEY-----\"",
    f"/file add name=x contents=\"password={MARK}\"",
    f"/ip cloud back-to-home-user add private-key={MARK} name=x",
    f"/ip cloud back-to-home-users add name=x private-key=\"{WIREGUARD}\" public-key=x",
    f"/ip smb users add name=a password={MARK}",
    f"/ip dns adlist add url=\"https://shop:{MARK}@192.0.2.1/list?key={MARK}\"",
    f"/ip socks users add name=a password={MARK}",
    f"/routing bgp connection add tcp-md5-key={MARK} name=x",
    f"/routing bgp peer add tcp-md5-key={MARK}",
    f"/routing ospf interface-template add auth-key={MARK} auth=md5",
    f"/routing ospf interface add authentication-key={MARK}",
    f"/routing rip interface-template add password={MARK}",
    f"/routing rip keys add chain=a key={MARK}",
    f"/routing rip interface add authentication-key={MARK}",
    f"/interface vrrp add password={MARK} authentication=simple",
    f"/interface ovpn-client add password={MARK} user=a",
    f"/interface sstp-client add password={MARK}",
    f"/interface pptp-client add password={MARK}",
    f"/interface dot1x client add password={MARK} anon-identity=x",
    f"/interface eoip add ipsec-secret={MARK}",
    f"/zerotier set zt1 identity=\"{MARK}:0:{MARK}\"",
    f"/user-manager user add name=a password={MARK} shared-users=1",
    f"/user-manager user add name=a attributes=Mikrotik-Wireless-Psk:{MARK}",
    f"/user-manager user add name=a otp-secret={MARK}",
    f"/user-manager router add shared-secret={MARK} name=x",
    f"/tool user-manager user add username=a password={MARK} ipv6-dns=::",
    f"/user-manager advanced set paypal-password={MARK} web-private-password={MARK} paypal-signature={MARK}",
    f"/user-manager advanced set web-private-username=a paypal-signature={MARK}",
    f"/tool user-manager customer set admin password={MARK}",
    f"/tool sms set secret={MARK} channel=1 allowed-number=1",
    f"/tool sms set sim-pin={MARK}",
    f"/tr069-client set acs-url=http://a password={MARK} connection-request-password={MARK} username=x",
    f"/iot lora servers add name=x joineui=1 password={MARK}" ,
    f"/iot mqtt brokers add name=x password={MARK} username=a",
    f"/iot lora servers add name=x key=\"{MARK}\"",
    f"/disk add smb-password={MARK} encryption-key={MARK} nvme-tcp-password={MARK}",
    f"/disk set x crypted-backend=y encryption-key=\"{MARK}\"",
    f"/dude notification add x=y password={MARK}",
    f"/tool bandwidth-test user=a password={MARK}",
    f"/ip traffic-flow target add v3-auth-pass={MARK}" ,
    f"/ip dhcp-server option add name=x value=\"'password={MARK}'\"",
    f"/ip dhcp-server option add name=x value=\"s'http://a:{MARK}@192.0.2.1/'\"",
    f"/ip dhcp-server lease add comment=\"PIN {MARK}\" address=1.2.3.4",
    f"/ip firewall filter add comment=\"psk={MARK}\" action=drop chain=input log-prefix=\"x\"",
    f"/ip firewall layer7-protocol add regexp=\"token={MARK}\" name=x",
    f"/system upgrade upgrade-package-source add user=a password={MARK}",
    f"/system upgrade mirror set password={MARK}",
    f"/system backup cloud upload-file action=create-and-upload password={MARK}",
    f"/system backup save name=a password={MARK}",
    f"/export\n# the password is {MARK}\n/ip pool add name=a",
    f"[admin@shop] > /user set admin password={MARK}\n/ip pool add name=a",
    f"[admin@shop] /user> add name=x password={MARK}",
    f"[admin@shop] > /user add name=x password=\"{MARK} b\"\n[admin@shop] > ",
    f"[admin@my shop] > :local password \"{MARK}\"",
    f"/user add name=a passw\\\n    ord={MARK}",
    f"/user add name=a password={MARK}\\\n    {MARK} group=full",
    f"/user add name=a password=\"{MARK}\\\n    {MARK} b\" group=full",
    f"/user add name=a password=\"{MARK}\\\r\n    {MARK} b\" group=full",
    f"/user add name=a password=\\\n    {MARK}",
    f"/user add name=a password=\\\n    \"{MARK} \\\"\\\n    {MARK}\"",
    f"/ppp sec\\\n    ret add name=a pass\\\n    word=\"{MARK}\"",
    f"/user add name=a garbage[ password={MARK} more {MARK}",
    f"/user add name=a garbage[ pass\\\n    word={MARK} more {MARK}",
    f"/user add name=a {{x}} passphrase=\"{MARK} a\nstill {MARK}\"\n/ip pool add name=a",
    f"/interface wifi security\nadd name=x passphrase=\"{MARK} open\n{MARK} more\nadd name=y",
    f"password={MARK}",
    f"add name=x password={MARK}",
    f"/made up password={MARK}",
    f"/made up menu add passphrase={MARK} {MARK}",
    f"/ppp secret add name=\"\\50\\61\" password=\"\\5A\\71\\37{MARK}\"",
    f"/interface wifi configuration add name=x security.passphrase=\"a\\20{MARK}\"",
    f"/system script add name=s source=\"\\3Alocal pass\\77ord \\22{MARK}\\22\"",
    f"/interface wifi security add name=x passphrase\"{MARK}\"",
    f"/interface wifi security add name=x passphrase = {MARK}",
    f"/interface wifi security add name=x passphrase =\"{MARK}\"",
    f"/interface wifi security add name=x passphrase {MARK}",
    f"/interface wifi security add name=x passphrase='{MARK} a'",
    f"/interface wifi security add name=x pass phrase={MARK}",
    f"/interface wifi security add name=x !passphrase={MARK}",
    f"/interface wifi security add name=x passphrase=$({MARK})",
    f"/interface wifi security add name=x passphrase=({MARK})",
    f"/interface wifi security add name=x PASSPHRASE={MARK}",
    f"/interface wifi security add name=x passphrase={MARK};{MARK}",
    f"/interface wifi security add name=x passphrase={MARK}[{MARK}",
    f"/interface wifi security add name=x passphrase=a]b{MARK}",
    f"/interface wifi security add name=x passphrase=a$b{MARK}",
    f"/interface wifi security add name=x passphrase=\"a\"{MARK}",
    f"/interface wifi security add name=x\tpassphrase={MARK}",
    f"/interface wifi security add name=x passphrase={MARK}\x0b{MARK}",
    f"/interface wifi security add name=x passphrase={MARK}\u2028{MARK}",
    f"/interface wifi security add name=x passphrase={MARK}\x85{MARK}",
    f"\x1b[m\x1b[35m/user\x1b[m add name=a \x1b[32mpassword\x1b[m=\x1b[33m{MARK}\x1b[m",
    f"/interface/wifi/security/add name=x passphrase={MARK}",
    f"/user/set admin password={MARK}",
    f":put [/user get admin password={MARK}]",
    f":global password \"{MARK}\"",
    f":do {{ /user set admin password={MARK} }} on-error={{}}",
    f"/interface wifi set wifi1 security.passphrase={MARK} comment=\"x\" .sae-pwe=both",
    f"/interface wifi security add name=x sae-anti=1 owe-transition-interface=x dh-groups=19 passphrase=\"{MARK} \\$ \\\\ \\\" \"",
    f"/system script add name=s source=\":local p {MARK}; /user set admin password=\\$p\"",)  # fmt: skip
PRINTED = (
    f" 0   name=\"x\" mode=dynamic-keys wpa2-pre-shared-key=\"{MARK} x\" supplicant-identity=\"a\" static-key-0=\"{MARK}\"",
    f" 0   name=\"wifi1\" security.passphrase=\"{MARK}\\\" x\" .ft=yes",
    f" 0   name=\"wifi1\"\n      security.authentication-types=wpa2-psk .passphrase=\n      \"{MARK}\"",
    f" 0   name=\"wifi1\" security.passphrase=\"{MARK} long \n      {MARK} wrapped\" security.ft=no",
    f" 0   name=\"wifi1\" security.passphrase={MARK} two words {MARK} security.ft=no",
    f" 0   name=\"wifi1\" pass\\\n      phrase=\"{MARK}\"",
    f" 0   ;;; password is {MARK}\n      name=\"wifi1\"",
    f" 0   ;;; password is\n      {MARK} here\n      name=\"wifi1\"",
    f" 0   comment=\"password {MARK}\" name=x",
    f"  password: {MARK}",
    f"  passphrase={MARK}",
    f"      on-event=/user set admin password={MARK}",
    f" 0   name=\"x\" source=\":local pass \\\"{MARK}\\\"\"",
    f"bad command name password={MARK} (line 1 column 2)",
    f"[admin@x] > /user set admin password={MARK}",
    f"  use-doh-server: https://a:{MARK}@x/?token={MARK}",
    f"  doh: https://x/dns?key={MARK}",
    f" 0   name=\"x\" private-key=\"{WIREGUARD}\"",
    f" 0   name=\"x\" secret=({MARK}) y=1",
    f" 0   name=\"x\" secret='{MARK} a' y=1",
    f" 0   name=\"x\" secret=\"{MARK} unclosed\n      {MARK} next",
    f" 0 R name=\"x\" comment=\"the psk={MARK} {MARK}\" y=1",
    f"Columns: NAME, PASSPHRASE\n#  NAME  PASSPHRASE\n0  x     {MARK}",
    f"Columns: NAME, PASSWORD\n#  NAME  PASSWORD\n0  x     {MARK}",)  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("path", "text"), [("export.rsc", text) for text in EXPORTED] + [("commands/x.txt", text) for text in PRINTED]
)
def test_no_secret_is_left_and_every_line_is(path: str, text: str, end: str) -> None:
    text = text.replace("\r\n", "\n").replace("\n", end) + end
    once = ROUTEROS.redact(path, text, REDACTOR)
    assert MARK not in once
    assert once.count("\n") == text.count("\n")
    assert ROUTEROS.redact(path, once, REDACTOR) == once


def _files(shop: Path) -> Mapping[str, Path]:
    return {file.relative_to(shop / "gw").as_posix(): file for file in (shop / "gw").rglob("*") if file.is_file()}


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SHOPS.iterdir()))
def test_what_is_no_secret_stays(shop: str) -> None:
    for name, file in _files(SHOPS / shop).items():
        lines = file.read_text().split("\n")
        redacted = ROUTEROS.redact(name, "\n".join(lines), REDACTOR).split("\n")
        changed = [line for line, other in zip(lines, redacted, strict=True) if line != other]
        assert all("made-up" in line for line in changed), name


def test_one_secret_is_one_token_wherever_it_stands() -> None:
    """Else passphrases that are the same would be said to differ."""
    export = ROUTEROS.redact("export.rsc", r'/interface wifi security add passphrase="a\"b c\24 of tills"', REDACTOR)
    token = REDACTOR.token('a"b c$ of tills')
    assert token in export
    for shown in (
        'passphrase="a\\"b c\\$ of tills"',
        'passphrase="a\\"b c\\$ of\n      tills"',
        'passphrase=a"b c$ of tills',
    ):
        assert token in ROUTEROS.redact("commands/wifi.txt", f" 0   name=x {shown} ft=no", REDACTOR), shown


SCRIPTS = {
    "a variable": ':local password "{mark}"; /system reboot',
    "a list": ':local psk {"{mark}";"x"}; /interface wifi disable wifi1',
    "a command": ':local a [/system identity get name]; /user set a password={mark}; /system reboot',
    "an element": ':set ($a->"password") "{mark}"; /system reboot',
    "a message": '/tool fetch url="https://api.example/bot1:{mark}/x?chat=1"; /system reboot',
    "inner commands": ':local password [/system identity get name]; /system reboot',
    "lines": ':local p "{mark}"\\r\\n/interface wifi set wifi1 security.passphrase=$p\\r\\n/system reboot',
}  # fmt: skip


def _in_script(script: str) -> str:
    """A weekly job in the middle of the day."""
    text = script.replace("{mark}", f"{MARK}-secret").replace('"', r"\"").replace("$", r"\$")
    job = f'name=job interval=1d start-date=2025-11-03 start-time=12:00:00 on-event="{text}"'
    return f"/system scheduler add {job} policy=read,write,policy,test,reboot\n"


def _texts_of(shop: str, folder: Path, more: str, change: Callable[[str], str]) -> Path:
    """A copy of a shop with short leases and isolated tills, so that there are findings and fixes, and more lines."""
    copy = Path(shutil.copytree(SHOPS / shop, folder / shop))
    export = copy / "gw" / "export.rsc"
    export.write_text(change(export.read_text()) + more, newline="")
    for name, file in _files(copy).items():
        if name.startswith("commands/dhcp-servers"):
            file.unlink()
    return copy


def _spoilt(text: str) -> str:
    return text.replace("lease-time=1d", "lease-time=10m").replace("name=dp-pos", "client-isolation=yes name=dp-pos")


def _verdicts(copy: Path, redact: Callable[[str, str], str]) -> dict[tuple[str, ...], str]:
    entry = load(copy / "inventory.yaml").sites[0]
    capture: Capture = load_capture("gw", "routeros", copy / "gw", recognise=ROUTEROS.recognise, redact=redact)
    report = audit(entry, (replace(capture, taken_at=NOW),), (), load_policy(entry.policy), NOW)
    return {(each.rule, each.device, each.subject, each.message): each.result.value for each in report.findings}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_without_its_secret_disturbs_as_before(tmp_path: Path, script: str) -> None:
    copy = _texts_of("healthy", tmp_path, _in_script(SCRIPTS[script]), str)
    before = _verdicts(copy, lambda _, text: text)
    after = _verdicts(copy, lambda path, text: ROUTEROS.redact(path, text, REDACTOR))
    assert "fail" in before.values()
    assert after == before
    assert MARK not in ROUTEROS.redact("export.rsc", (copy / "gw" / "export.rsc").read_text(), REDACTOR)


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SHOPS.iterdir()))
def test_raw_and_redacted_are_judged_alike(tmp_path: Path, shop: str) -> None:
    readable = [
        text for text in EXPORTED if text.startswith(("/ppp", "/radius", "/snmp", "/container", "/tool e-mail"))
    ]
    copy = _texts_of(shop, tmp_path, "".join(f"{text}\n" for text in readable), _spoilt)
    before = _verdicts(copy, lambda _, text: text)
    assert before == _verdicts(copy, lambda path, text: ROUTEROS.redact(path, text, REDACTOR))


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SHOPS.iterdir()))
def test_no_command_lets_a_secret_out(user: User, tmp_path: Path, shop: str) -> None:
    scheduled = "".join(_in_script(script) for script in SCRIPTS.values())
    comments = f'/ip dhcp-server set [ find name=pos ] comment="password {MARK}"\n'
    # What is damaged comes last; an unclosed quote makes a secret of all that follows.
    exported = [text for text in EXPORTED if text.count('"') % 2 == 0] + [
        text for text in EXPORTED if text.count('"') % 2
    ]
    more = scheduled + comments + "".join(f"{text}\n" for text in exported)
    copy = _texts_of(shop, user.folder, more, _spoilt)
    for number, text in enumerate(PRINTED):
        (copy / "gw" / "commands" / f"planted-{number}.txt").write_text(text)
    wifi = copy / "gw" / "commands" / "wifi.txt"
    if wifi.exists():
        wifi.write_text(
            wifi.read_text().replace("configuration.mode=", f'security.passphrase="{MARK} x" configuration.mode=')
        )
    inventory, raw = copy / "inventory.yaml", copy / "gw"
    audited = user.run(
        *("--debug", "audit", inventory, "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert audited.code in (1, 3), audited.output
    assert "/system reboot" in audited.output  # lines with planted secrets are quoted
    collected = user.run("--debug", "collect", inventory, "--out", "captures")
    shown = user.run("--debug", "model", raw, "--platform", "routeros")
    begun = user.run("--debug", "init", "--from", raw, "--platform", "routeros", "--defaults", "-o", "new.yaml")
    verified = user.run("--debug", "verify", "--inventory", inventory)
    assert (collected.code, shown.code, begun.code) == (0, 0, 0), collected.output + shown.output + begun.output
    outputs = [done.output for done in (audited, collected, shown, begun, verified)]
    files = [text for file, text in user.texts().items() if user.folder in file.parents and raw not in file.parents]
    assert len(files) > 10
    for text in (*outputs, *files):
        assert MARK not in text
        assert "made-up key" not in text
