"""Secrets planted in every place of an IOS device: none comes out anywhere, and nothing else is lost."""

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

IOS = platform("cisco_ios")
REDACTOR = Redactor(b"k" * 32)
SHOPS = Path(__file__).parents[1] / "shops" / "cisco_ios"
MARK = "Zq7"
"""Stands in every planted secret, and in nothing else."""

PLANTED = (
    f'enable secret {MARK}abc',
    f'enable secret 0 {MARK} with blank',
    f'enable secret 4 {MARK}hash/.x',
    f'enable secret 8 $8${MARK}$x',
    f'enable secret 9 $9${MARK}$x/.',
    f'enable algorithm-type scrypt secret {MARK}',
    f'enable common-criteria-policy x secret 0 {MARK}',
    f'enable password 6 {MARK}',
    f'enable password level 3 {MARK}',
    f'username a privilege 15 password 0 {MARK}',
    f'username a privilege 15 algorithm-type sha256 secret {MARK}',
    f'username a common-criteria-policy p password 0 {MARK}',
    f'username a one-time password 0 {MARK}',
    f'username a one-time secret 0 {MARK}',
    f'username a view v secret 5 $1${MARK}',
    f'username a aaa attribute list x password 6 {MARK}',
    f'username a password {MARK} with blanks',
    f'username a callback-dialstring "" password {MARK}',
    f'user-name a\n creation-time 1\n privilege 15\n password 0 {MARK}\n type mgmt-user',
    f'user-name a\n type network-user description guest guest-user max-login-limit 0 lifetime\n secret {MARK}',
    f'dot11 ssid a\n   wpa-psk ascii 0 {MARK} two words',
    f'dot11 ssid a\n   wpa-psk hex 7 {MARK}',
    f'dot11 ssid a\n   authentication client username u password 7 {MARK}',
    f'dot1x credentials c\n username u\n password 0 {MARK} x',
    f'wlan a 1 A\n security wpa psk set-key ascii 0 {MARK} with blanks',
    f'wlan a 1 A\n security wpa psk set-key ascii 0 "{MARK} with blanks"',
    f'wlan a 1 A\n security wpa psk set-key hex 8 {MARK}',
    f'wlan a 1 A\n security wpa wpa3 psk set-key ascii 0 {MARK}',
    f'wlan a 1 A\n security wpa akm sae set-key ascii 0 {MARK}',
    f'wlan a 1 A\n security wpa akm psk set-key ascii 8 {MARK}',
    f'wlan a 1 A\n security static-wep-key encryption 40 hex 0 {MARK} 1',
    f'wlan a 1 A\n security wpa psk sha2 set-key ascii 0 {MARK}',
    f'wireless profile mesh m\n security psk ascii 0 {MARK}',
    f'wireless profile mesh m\n security psk provisioning key 1 0 {MARK} desc',
    f'wireless mesh security psk provisioning key 1 0 {MARK} pskname',
    f'wireless config vwlc-ssc key-size 2048 signature-algo sha256 password 0 {MARK}',
    f'ap dot1x username u password 0 {MARK}',
    f'ap mgmtuser username u password 0 {MARK} secret 0 {MARK}',
    f'ap profile p\n mgmtuser username u password 8 {MARK} secret 8 {MARK}',
    f'ap profile p\n dot1x eap-type eap-fast\n dot1x username u password 0 {MARK}',
    f'ap profile p\n lawful-interception\n hyperlocation\n ssh\n syslog host 1.1.1.1 \n mesh-profile m\n username u password {MARK}',
    f'ap name X mgmtuser username u password {MARK} secret {MARK}',
    f'mab request format attribute 2 0 {MARK}',
    f'mab request format attribute 2 7 {MARK}',
    f'mab request format attribute 2 {MARK}',
    f'aaa group server radius g\n server-private 192.0.2.1 auth-port 1 acct-port 2 key {MARK}',
    f'aaa group server radius g\n server-private 192.0.2.1 timeout 3 retransmit 2 key 7 {MARK} ',
    f'ldap server l\n bind authenticate root-dn cn=x password 0 {MARK}',
    f'ldap server l\n bind authenticate root-dn "cn=x y" password {MARK}',
    f'radius-server key {MARK} with blank',
    f'radius-server key 6 {MARK}',
    f'radius-server host 192.0.2.1 key {MARK}',
    f'radius-server host 192.0.2.1 auth-port 1 acct-port 2 timeout 3 retransmit 3 key 0 {MARK}',
    f'radius server x\n pac key 0 {MARK}',
    f'radius server x\n pac key 7 {MARK}',
    f'radius server x\n key 0 {MARK}',
    f'radius server x\n automate-tester username t ignore-acct-port key {MARK}',
    f'tacacs-server host 192.0.2.1 single-connection key {MARK}',
    f'tacacs-server key {MARK}',
    f'tacacs server t\n key 6 {MARK}',
    f'tacacs server t\n key {MARK} abc',
    f'aaa server radius dynamic-author\n server-key 0 {MARK}',
    f'aaa server radius dynamic-author\n client 1.1.1.1 server-key {MARK}',
    f'aaa server radius dynamic-author\n client 1.1.1.1 vrf x server-key 7 {MARK}',
    f'aaa server radius policy-device\n key {MARK}',
    f'crypto isakmp key {MARK} address 192.0.2.1 255.255.255.0',
    f'crypto isakmp key 6 {MARK} hostname a',
    f'crypto isakmp key {MARK} ipv6 2001:db8::1/64',
    f'crypto isakmp key {MARK} address 192.0.2.1 no-xauth',
    f'crypto isakmp key {MARK} address ipv6 2001:db8::/32',
    f'crypto isakmp client configuration group g\n key 6 {MARK}',
    f'crypto isakmp client configuration group g\n key {MARK} x',
    f'crypto keyring k\n pre-shared-key hostname h key {MARK}',
    f'crypto keyring k\n pre-shared-key address ipv6 2001:db8::1/64 key {MARK}',
    f'crypto ikev2 keyring k\n peer p\n  pre-shared-key remote 0 {MARK}',
    f'crypto ikev2 keyring k\n peer p\n  pre-shared-key remote hex {MARK}',
    f'crypto ikev2 keyring k\n peer p\n  pre-shared-key local {MARK}',
    f'crypto ikev2 keyring k\n peer p\n  ppk manual id x key {MARK}',
    f'crypto ikev2 keyring k\n peer p\n  ppk manual id x key 0 {MARK} required',
    f'crypto ikev2 profile p\n aaa authorization group psk list l name n password {MARK}',
    f'crypto ikev2 profile p\n authentication remote pre-share key 6 {MARK}',
    f'crypto ipsec client ezvpn e\n group g key {MARK}',
    f'crypto ipsec client ezvpn e\n username u password 6 {MARK}',
    f'crypto map m 10 ipsec-manual\n set session-key inbound ah 256 {MARK}',
    f'crypto map m 10 ipsec-manual\n set session-key outbound esp 256 cipher {MARK} authenticator {MARK}',
    f'crypto pki trustpoint t\n password 7 {MARK}',
    f'crypto pki trustpoint t\n enrollment url http://u:{MARK}@192.0.2.1',
    f'crypto pki trustpoint t\n enrollment http-proxy p 80\n authorization username subjectname x\n password {MARK}',
    f'crypto pki export t pem terminal 3des {MARK}',
    f'crypto pki import t pkcs12 flash: password {MARK}',
    f'crypto pki import t pkcs12 flash:/x {MARK}',
    f'crypto key import rsa k pem terminal {MARK}',
    f'crypto key export rsa k pem url nvram: 3des {MARK}',
    f'crypto pki server s\n database url ftp://u:{MARK}@1.1.1.1\n database username u password {MARK}',
    f'key chain k\n key 1\n   key-string 0 {MARK} x',
    f'key chain k macsec\n key 01\n   key-string 7 {MARK}',
    f'key chain k tcp\n key 1\n   key-string {MARK}',
    f'key config-key password-encrypt {MARK}',
    f'key config-key newpass oldpass {MARK}',
    f'key config-key 1 {MARK}',
    f'snmp-server community {MARK} view v RO 99',
    f'snmp-server community 0 {MARK} RO',
    f'snmp-server community 7 {MARK} RO',
    f'snmp-server host 192.0.2.1 traps version 2c {MARK} udp-port 1 config',
    f'snmp-server host 192.0.2.1 traps {MARK}',
    f'snmp-server host 192.0.2.1 vrf v version 1 {MARK}',
    f'snmp-server host 192.0.2.1 informs version 3 auth {MARK}',
    f'snmp-server host 192.0.2.1 version 2c 7 {MARK}',
    f'snmp-server host 192.0.2.1 version 2c 0 {MARK}',
    f'snmp-server user u g v3 encrypted auth md5 {MARK} priv des56 {MARK}',
    f'snmp-server user u g remote 1.1.1.1 v3 auth sha-2 256 {MARK} priv aes 256 {MARK} access 10',
    f'snmp-server user u g v3 auth sha {MARK} access 10',
    f'snmp-server user u g v3 encrypted auth sha 0x{MARK} ',
    f'snmp mib community-map {MARK} engineid 8000',
    f'snmp mib community-map {MARK} context c',
    f'ntp authentication-key 1 md5 {MARK} 7',
    f'ntp authentication-key 1 hmac-sha2-256 0 {MARK}',
    f'ntp authentication-key 1 cmac-aes-128 {MARK}',
    f'ip ftp password 0 {MARK}',
    f'ip http client password 7 {MARK}',
    f'ip ospf authentication-key {MARK}',
    f'interface a\n ip ospf authentication-key 7 {MARK}',
    f'interface a\n ip ospf message-digest-key 1 md5 {MARK} x',
    f'interface a\n ipv6 ospf authentication ipsec spi 500 md5 {MARK}',
    f'interface a\n ipv6 ospf authentication ipsec spi 500 sha1 0 {MARK}',
    f'interface a\n ospfv3 encryption ipsec spi 1001 esp aes-cbc 128 {MARK} sha1 {MARK}',
    f'interface a\n ipv6 ospf encryption ipsec spi 1001 esp null md5 7 {MARK}',
    f'router ospf 1\n area 0 virtual-link 1.1.1.1 authentication-key 7 {MARK}',
    f'router ospf 1\n area 0 virtual-link 1.1.1.1 message-digest-key 1 md5 {MARK}',
    f'router ospf 1\n area 0 authentication ipsec spi 256 sha1 {MARK}',
    f'router eigrp x\n af-interface default\n  authentication mode hmac-sha-256 0 {MARK}',
    f'router eigrp x\n af-interface default\n  authentication mode hmac-sha-256 7 {MARK}',
    f'interface a\n ip authentication mode eigrp 1 hmac-sha-256 {MARK}',
    f'router isis\n domain-password {MARK} authenticate snp',
    f'router isis\n area-password {MARK}',
    f'interface a\n isis password {MARK} level-2',
    f'router bgp 1\n neighbor 1.1.1.1 password {MARK}',
    f'router bgp 1\n neighbor PG password 7 {MARK}',
    f'router bgp 1\n neighbor 1.1.1.1 ha-mode graceful\n template peer-session x\n  password 6 {MARK}',
    f'mpls ldp neighbor 1.1.1.1 password {MARK}',
    f'mpls ldp password option 1 for 10 {MARK}',
    f'mpls ldp password fallback 7 {MARK}',
    f'mpls ldp password option 1 for 10 7 {MARK}',
    f'interface a\n standby 1 authentication md5 key-string 0 {MARK} timeout 30',
    f'interface a\n standby 1 authentication text {MARK}',
    f'interface a\n standby version 2\n standby 10 authentication 7 {MARK}',
    f'interface a\n vrrp 1 authentication {MARK}',
    f'interface a\n vrrp 1 authentication md5 key-string 7 {MARK}',
    f'interface a\n glbp 1 authentication md5 key-string {MARK}',
    f'interface a\n glbp 1 authentication text {MARK}',
    f'interface a\n ppp chap password 0 {MARK} x',
    f'interface a\n ppp chap hostname h\n ppp pap sent-username a password 7 {MARK}',
    f'interface a\n ppp eap password 7 {MARK}',
    f'interface a\n pppoe-client dial-pool-number 1\n gsm profile create 1 apn ipv4 chap u {MARK}',
    f'controller Cellular 0\n profile id 1 apn a authentication chap username u password {MARK}',
    f'cellular 0 gsm profile create 1 apn chap u {MARK}',
    f'interface a\n cts manual\n  sap pmk {MARK}',
    f'interface a\n dot1x credentials X\n authentication wpa\n encryption key 1 size 40bit 0 {MARK} transmit-key',
    f'interface a\n encryption vlan 1 key 2 size 128bit {MARK}',
    f'interface a\n ip nhrp authentication {MARK}',
    f'interface a\n tunnel key 1\n ip sdr\n l2tp tunnel password {MARK}',
    f'vpdn-group v\n l2tp tunnel password 7 {MARK}',
    f'l2tp-class c\n password 0 {MARK}',
    f'l2tp-class c\n digest secret 0 {MARK} hash sha1',
    f'wsma profile p\n transport ssh u password {MARK}',
    f'line vty 0 4\n password 7 {MARK}',
    f'line vty 0 4\n password {MARK} x',
    f'line aux 0\n modem x\n password level 3 {MARK}',
    f'archive\n path scp://u:{MARK}@192.0.2.1/x',
    f'archive\n path ftp://u:{MARK}/with@192.0.2.1/x',
    f'boot system ftp://u:{MARK}@1.1.1.1/x',
    f'boot host scp://u:{MARK}@1.1.1.1/x',
    f'alias exec w copy run scp://u:{MARK}@192.0.2.1/x',
    f'alias exec pw enable secret {MARK}',
    f'alias configure k snmp-server community {MARK} RO',
    f'alias exec x tacacs-server key {MARK}',
    f'event manager environment p_pw {MARK}',
    f'event manager environment _email_pass {MARK}',
    f'event manager environment _webhook https://x/services/{MARK}',
    f'event manager applet a\n action 1 cli command "enable secret {MARK}"',
    f'event manager applet a\n action 1 cli command "copy run ftp://u:{MARK}@1.1.1.1/"',
    f'event manager applet a\n action 1 cli command "snmp-server community {MARK} rw"',
    f'event manager applet a\n action 1 cli command "enable" pattern "Password"\n action 2 cli command "{MARK}"',
    f'event manager applet a\n action 1 mail server "u:{MARK}@1.1.1.1" to "x" from "y" subject "s"',
    f'event manager applet a\n action 1 set pw "{MARK}"',
    f'event manager applet a\n action 1 set password {MARK}',
    f'event manager applet a\n action 1 syslog msg "password is {MARK}"',
    f'event manager applet a\n action 1 snmp-trap strdata "secret {MARK}"',
    f'event manager applet a\n description password {MARK}',
    f'kron policy-list p\n cli copy run scp://u:{MARK}@1.1.1.1/x',
    f'wlan password: {MARK}',
    f'password={MARK}',
    f'banner motd # PIN {MARK} #',
    f'interface a\n description PSK={MARK}',
    f'interface a\n description key {MARK}',
    f'interface a\n description wifi pw: {MARK}',
    f'ip access-list extended a\n remark password {MARK}',
    f'access-list 10 remark password {MARK}',
    f'ip dhcp pool a\n option 43 ascii "password={MARK}"',
    f'ip dhcp pool a\n bootfile http://u:{MARK}@x/y',
    f'ip dhcp pool a\n secret 0 {MARK}',
    f'ip dhcp pool a\n option 67 ascii "tftp://u:{MARK}@x"',
    f'ip ddns update method d\n HTTP\n  add http://u:{MARK}@dyn.example/nic/update?system=dyndns',
    f'ip ddns update method d\n HTTP\n  add http://members.example/?user=u&pass={MARK}&h=<h>',
    f'ip ddns update method d\n HTTP\n  add https://x/update?token={MARK}&ip=<a>',
    f'ip sla 1\n http raw x\n  Authorization: Basic {MARK}',
    f'ip sla 1\n http get url http://u:{MARK}@x/',
    f'call-home\n http-proxy "p" port 1\n profile P\n  destination address http https://u:{MARK}@x/',
    f'call-home\n mail-server u:{MARK}@1.1.1.1 priority 1',
    f'call-home\n aaa-authorization username u\n contact-email-addr a\n mail-server smtp.example username u password 7 {MARK}',
    f'license smart url https://u:{MARK}@x',
    f'license smart register idtoken {MARK}',
    f'smart-license trust idtoken {MARK} all',
    f'parameter-map type umbrella global\n token {MARK}\n api-key {MARK}\n orgid 1\n secret 0 {MARK}',
    f'parameter-map type umbrella global\n api-key {MARK}',
    f'parameter-map type umbrella global\n secret 6 {MARK}',
    f'parameter-map type cws global\n license 7 {MARK}',
    f'parameter-map type content-scan global\n license 0 {MARK}',
    f'utd engine standard\n threat-inspection\n  signature update server cisco username u password {MARK}',
    f'utd engine standard unified-policy\n threat-inspection\n  signature update server url http://u:{MARK}@x',
    f'voice register pool 1\n username u password {MARK}',
    f'voice register global\n authenticate credential u {MARK}',
    f'sip-ua\n credentials username u password 7 {MARK} realm x',
    f'sip-ua\n authentication username u password 6 {MARK}',
    f'dial-peer voice 1 voip\n authentication username u password 7 {MARK} realm x',
    f'ephone 1\n username "u" password {MARK}',
    f'telephony-service\n web admin system name a secret 5 $1${MARK}',
    f'telephony-service\n web admin system name a password {MARK}',
    f'telephony-service\n xml user u password {MARK} 0',
    f'telephony-service\n sdspfarm\n authentication credential u {MARK}',
    f'gatekeeper\n security password {MARK}',
    f'h323-gateway voip tech-prefix\n security password 7 {MARK} level endpoint',
    f'vtp password {MARK}',
    f'vtp password {MARK} hidden',
    f'vlan database\n vtp password {MARK}',
    f'app-hosting appid a\n app-resource docker\n  run-opts 1 "-e PASSWORD={MARK}"',
    f'app-hosting appid a\n app-resource docker\n  run-opts 2 "--env API_KEY={MARK} --x"',
    f'cns password {MARK}',
    f'cns config initial u password {MARK}',
    f'cns aaa authentication key {MARK}',
    f'x25 facility\n x28 password {MARK}',
    f'chat-script c "" "ATDT" TIMEOUT 30 "ogin:" "u" "ssword:" "{MARK}"',
    f'ip mobile secure host 1.1.1.1 spi 100 key hex {MARK}',
    f'ip mobile secure host 1.1.1.1 spi 100 key ascii {MARK} algorithm md5',
    f'ip rsvp authentication key {MARK}',
    f'interface a\n ip rsvp authentication key {MARK}',
    f'ip wccp 61 password 7 {MARK}',
    f'ip wccp web-cache password {MARK}',
    f'ip wccp 61 redirect-list x group-list y password 0 {MARK}',
    f'ip rip authentication key {MARK}',
    f'ip msdp password peer 1.1.1.1 0 {MARK}',
    f'ip msdp password peer 1.1.1.1 {MARK}',
    f'copy x scp://u:{MARK}@x',
    f'password {MARK}',
    f'isis hello-password {MARK}',
    f'ppp chap refuse\n ppp chap password encrypted {MARK}',
    f'aaa attribute list l\n attribute type password {MARK}',
    f'aaa attribute list l\n attribute type wlan-psk "{MARK}"',
    f'aaa attribute list l\n attribute type tunnel-password {MARK}',
    f'aaa attribute list l\n attribute type clear-password "{MARK}"',
    f'policy-map type control\n service-policy\n  10 authenticate aaa password {MARK}',
    f'policy-map type control subscriber p\n event e match-all\n  1 class c do-until\n   1 authenticate using mab aaa auth-list x password {MARK}',
    f'class type control always\n 1 authorize aaa list l password {MARK} identifier mac-address',
    f'webvpn context c\n sso-server s\n  secret-key {MARK}',
    f'webvpn sslvpn-vif\n crypto ssl password {MARK}',
    f'gw#test aaa group radius u {MARK} new-code',
    f'gw#test aaa group radius server 1.1.1.1 u password {MARK} legacy',
    f'gw(config)#snmp-server community {MARK}',
    f'gw(config-wlan)#security wpa psk set-key ascii 0 {MARK} x',
    f'gw# copy running-config scp://u:{MARK}@x',
    f'Password: {MARK}',
    f'Password: {MARK}',
    f'! Oxidized: enable secret {MARK}',
    f'! Last configuration change by x password {MARK}',
    f'!pass {MARK}',
    f'! psk={MARK}',
    f'! community {MARK}',
    f'## comment password {MARK}',
    f'# password: {MARK}',
    f'mab eap\n guest-lan profile-name g 1\n security web-auth\n wireless profile x\n  eap-fast key 0 {MARK}',
    f'eap profile e\n method\n pki-trustpoint\n eap-fast key {MARK}',
    f'radius-server local\n  nas 1.1.1.1 key 7 {MARK}',
    f'radius-server local\n  user u nthash 7 {MARK}',
    f'radius-server local\n  user u password {MARK} group g',
    f'radius-server local\n  eapfast server-key primary 7 {MARK}',
    f'wlccp ap username u password 7 {MARK}',
    f'cts credentials id x password 7 {MARK}',
    f'cts sxp default password 0 {MARK}',
    f'cts policy-server password {MARK}',
    f'policy-server name x\n content-type json\n username u password 0 {MARK}',
    f'snmp-server contact pw:{MARK}',
    f'snmp-server location "Passwort: {MARK}"',
    f'snmp-server chassis-id psk={MARK}',
    f'aaa user profile x\n aaa attribute password {MARK}',
    f'username a secret 9 $14${MARK}',
    f'username a secret 5 $1$abc$ {MARK}',
    f'username a autocommand telnet 1.1.1.1 /user u /password {MARK}',
)  # fmt: skip
BANNERS = (
    f"banner motd ^C\nWLAN-Passwort ist {MARK} hier\n^C",
    f"banner login ^C\nthe pin: {MARK}\n^C",
    f"banner exec #\nwifi psk {MARK}#",
    f"banner motd r\nPASS {MARK}\nr",
    f"aaa authentication fail-message ^C\nask for the password {MARK}\n^C",
)
APPLETS = (
    f'event manager applet a\n action 1 cli command "enable" pattern "Password"\n action 2 cli command "{MARK}"',
    f'event manager applet a\n action 1 cli command "copy a b" pattern "word:"\n action 2 cli command "{MARK}" pattern "#"',
)
WRAPPED = "username till privilege 15 secret 9 " + MARK + "x" * (80 - 36 - len(MARK)) + f"\n{MARK}"
NAPALM = (
    f'{{"Vlan1": {{"description": "password {MARK}", "is_up": true}}}}',
    f'{{"Vlan1": {{"description": "http://u:{MARK}@192.0.2.1/", "is_up": true}}}}',
    f'{{"running": "enable secret {MARK}"}}',
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [*PLANTED, *BANNERS, *APPLETS])
def test_no_secret_is_left_and_every_line_is(text: str, end: str) -> None:
    text = text.replace("\n", end) + end
    for path in ("running-config.txt", "gw.log", "commands/wlan-all.txt"):
        once = IOS.redact(path, text, REDACTOR)
        assert MARK not in once
        assert once.count("\n") == text.count("\n")
        assert IOS.redact(path, once, REDACTOR) == once


@pytest.mark.parametrize("text", [WRAPPED, *NAPALM])
def test_no_secret_is_left_in_what_is_wrapped_or_json(text: str) -> None:
    path = "commands/napalm-interfaces.json" if text[0] == "{" else "running-config.txt"
    assert MARK not in IOS.redact(path, f"{text}\n", REDACTOR)


def test_one_key_is_one_token_in_every_notation() -> None:
    seven = "0879181A18485744465E"  # `Zq7till!!` in type 7
    forms = (
        "wpa-psk ascii 0 {}",
        'set-key ascii 0 "{}"',
        "snmp-server community {} RO",
        "snmp-server community 0 {} RO",
    )
    token = REDACTOR.token(f"{MARK}till!!")
    for form in forms:
        assert IOS.redact("a.cfg", form.format(f"{MARK}till!!"), REDACTOR) == form.format(token)
    assert MARK not in IOS.redact("a.cfg", f"wpa-psk ascii 7 {seven}", REDACTOR)


def test_an_answer_of_an_applet_that_is_a_command_stays() -> None:
    """Else a restart would hide behind a question for a password that nobody asks."""
    text = 'event manager applet a\n action 1 cli command "enable" pattern "word"\n action 2 cli command "reload"\n'
    assert IOS.redact("running-config.txt", text, REDACTOR) == text


def _files(shop: Path) -> Mapping[str, Path]:
    return {file.relative_to(shop).as_posix(): file for file in shop.rglob("*") if file.is_file()}


def _spoilt(text: str) -> str:
    return text.replace(" session-timeout 86400", " session-timeout 1800").replace("lease 1 ", "lease 0 0 10 ")


def _copy(shop: str, folder: Path) -> Path:
    """A copy of a shop with short sessions, so that there are findings and fixes, and with secrets in every place."""
    copy = Path(shutil.copytree(SHOPS / shop, folder / shop))
    for file in copy.glob("*/running-config.txt"):
        text = _spoilt(file.read_text(encoding="utf-8"))
        config, _, behind = text.rpartition("\nend")
        more = "".join(f"{each}\n" for each in (*PLANTED, *BANNERS, *APPLETS) if _is_configuration(each))
        file.write_text(f"{config}\n{more}end{behind}", encoding="utf-8")
    return copy


def _is_configuration(text: str) -> bool:
    return text.startswith(
        ("enable", "username", "snmp", "line", "radius", "tacacs", "crypto", "key", "banner", "event")
    )


def _verdicts(copy: Path, redact: Callable[[str, str], str]) -> dict[tuple[str, ...], str]:
    entry = load(copy / "inventory.yaml").sites[0]
    captures: list[Capture] = []
    for folder in sorted(each for each in copy.iterdir() if each.is_dir()):
        found = load_capture(folder.name, "cisco_ios", folder, recognise=IOS.recognise, redact=redact)
        captures.append(replace(found, taken_at=NOW))
    report = audit(entry, tuple(captures), (), load_policy(entry.policy), NOW)
    return {(each.rule, each.device, each.subject, each.message): each.result.value for each in report.findings}


SHOP_NAMES = sorted(folder.name for folder in SHOPS.iterdir() if (folder / "inventory.yaml").is_file())


@pytest.mark.parametrize("shop", SHOP_NAMES)
def test_raw_and_redacted_are_judged_alike(tmp_path: Path, shop: str) -> None:
    copy = _copy(shop, tmp_path)
    before = _verdicts(copy, lambda _, text: text)
    assert len(before) > 10
    assert before == _verdicts(copy, lambda path, text: IOS.redact(path, text, REDACTOR))


@pytest.mark.parametrize("shop", SHOP_NAMES)
def test_no_command_lets_a_secret_out(user: User, shop: str) -> None:
    copy = _copy(shop, user.folder)
    raw = sorted(each for each in copy.iterdir() if each.is_dir())
    for number, text in enumerate((*PLANTED, *BANNERS, *APPLETS)):
        folder = raw[0] / "commands"
        folder.mkdir(exist_ok=True)
        (folder / f"planted-{number}.txt").write_text(f"{text}\n", encoding="utf-8")
    inventory = copy / "inventory.yaml"
    audited = user.run(
        *("--debug", "audit", inventory, "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert audited.code in (0, 1, 3), audited.output
    collected = user.run("--debug", "collect", inventory, "--out", "captures")
    shown = user.run("--debug", "model", raw[0], "--platform", "cisco_ios")
    begun = user.run("--debug", "init", "--from", raw[0], "--platform", "cisco_ios", "--defaults", "-o", "new.yaml")
    verified = user.run("--debug", "verify", "--inventory", inventory)
    assert (collected.code, shown.code, begun.code) == (0, 0, 0), collected.output + shown.output + begun.output
    outputs = [done.output for done in (audited, collected, shown, begun, verified)]
    files = [text for file, text in user.texts().items() if user.folder in file.parents and copy not in file.parents]
    assert len(files) > 5
    for text in (*outputs, *files):
        assert MARK not in text
