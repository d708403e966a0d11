"""The options that dnsmasq knows, by whether they take a value, with their one-letter forms.

Source: dnsmasq 2.90, `--help`, and `--test` with and without a value for each of them.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SWITCHES = _words(
    """
    all-servers bind-dynamic bind-interfaces bogus-priv clear-on-reload conntrack dhcp-authoritative
    dhcp-client-update dhcp-fqdn dhcp-ignore-clid dhcp-no-override dhcp-rapid-commit dhcp-sequential-ip
    dns-loop-detect dnssec dnssec-debug dnssec-no-timecheck domain-needed enable-ra expand-hosts filter-A
    filter-AAAA filterwin2k keep-in-foreground leasefile-ro localise-queries localmx log-debug log-dhcp no-daemon
    no-hosts no-ident no-negcache no-ping no-poll no-resolv no-round-robin proxy-dnssec quiet-dhcp quiet-dhcp6
    quiet-ra quiet-tftp read-ethers rebind-localhost-ok script-arp script-on-renewal selfmx stop-dns-rebind
    strict-order strip-mac strip-subnet tftp-lowercase tftp-no-blocksize tftp-no-fail tftp-secure tftp-single-port
    """
)
"""A value makes dnsmasq refuse the line."""

WITH_VALUE = _words(
    """
    add-cpe-id addn-hosts address alias auth-peer auth-sec-servers auth-server auth-soa auth-ttl auth-zone
    bogus-nxdomain bridge-interface caa-record cache-rr cname conf-dir conf-script connmark-allowlist dhcp-boot
    dhcp-circuitid dhcp-duid dhcp-host dhcp-hostsdir dhcp-hostsfile dhcp-ignore dhcp-lease dhcp-lease-max
    dhcp-luascript dhcp-mac dhcp-match dhcp-name-match dhcp-option dhcp-option-force dhcp-optsdir dhcp-optsfile
    dhcp-pxe-vendor dhcp-range dhcp-relay dhcp-remoteid dhcp-reply-delay dhcp-script dhcp-scriptuser dhcp-subscrid
    dhcp-ttl dhcp-userclass dhcp-vendorclass dns-forward-max dns-rr dnssec-limits dnssec-timestamp domain
    domain-suffix dumpfile dumpmask dynamic-host edns-packet-max except-interface filter-rr host-record hostsdir
    ignore-address interface interface-name ipset listen-address local local-ttl log-facility max-cache-ttl
    max-port max-tcp-connections max-ttl min-cache-ttl min-port mx-host mx-target naptr-record neg-ttl nftset
    no-dhcp-interface no-dhcpv4-interface no-dhcpv6-interface port port-limit ptr-record pxe-prompt pxe-service
    query-port ra-param rebind-domain-ok rev-server server servers-file shared-network srv-host synth-domain tag-if
    tftp-max tftp-mtu tftp-port-range tftp-root trust-anchor txt-record
    """
)
"""Without a value dnsmasq refuses the line."""

WITH_OR_WITHOUT = _words(
    """
    add-mac add-subnet bootp-dynamic cache-size conf-file connmark-allowlist-enable dhcp-alternate-port
    dhcp-broadcast dhcp-generate-names dhcp-ignore-names dhcp-leasefile dhcp-proxy dnssec-check-unsigned
    enable-dbus enable-tftp enable-ubus fast-dns-retry group local-service log-async log-queries pid-file
    resolv-file tftp-unique-root umbrella use-stale-cache user
    """
)

KNOWN = SWITCHES | WITH_VALUE | WITH_OR_WITHOUT

ALIASES = {"dhcp-lease": "dhcp-leasefile", "domain-suffix": "domain", "no-dhcpv4-interface": "no-dhcp-interface"}
"""Other names of the same option."""

LETTERS = {
    "a": "listen-address", "A": "address", "b": "bogus-priv", "B": "bogus-nxdomain", "c": "cache-size",
    "C": "conf-file", "d": "no-daemon", "D": "domain-needed", "e": "selfmx", "E": "expand-hosts",
    "f": "filterwin2k", "F": "dhcp-range", "g": "group", "G": "dhcp-host", "h": "no-hosts", "H": "addn-hosts",
    "i": "interface", "I": "except-interface", "j": "dhcp-userclass", "J": "dhcp-ignore",
    "k": "keep-in-foreground", "K": "dhcp-authoritative", "l": "dhcp-leasefile", "L": "localmx", "m": "mx-host",
    "M": "dhcp-boot", "n": "no-poll", "N": "no-negcache", "o": "strict-order", "O": "dhcp-option", "p": "port",
    "P": "edns-packet-max", "q": "log-queries", "Q": "query-port", "R": "no-resolv", "r": "resolv-file",
    "S": "server", "s": "domain", "t": "mx-target", "T": "local-ttl", "u": "user", "U": "dhcp-vendorclass",
    "V": "alias", "W": "srv-host", "x": "pid-file", "X": "dhcp-lease-max", "y": "localise-queries",
    "Y": "txt-record", "z": "bind-interfaces", "Z": "read-ethers", "1": "enable-dbus", "2": "no-dhcp-interface",
    "3": "bootp-dynamic", "4": "dhcp-mac", "5": "no-ping", "6": "dhcp-script", "7": "conf-dir",
    "8": "log-facility", "9": "leasefile-ro", "0": "dns-forward-max",
}  # fmt: skip

LETTERS_ALONE = frozenset("951yZDNLERKzowefnbvhdkq")
"""One-letter options that take no value on the command line, whatever their long form does."""
