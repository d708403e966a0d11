"""`/ip dns`: the resolver of a router, and lists of names that it sinks (`adlist`).

Source: MikroTik's manual, "DNS" (properties, DNS over HTTPS, adlist).
"""

from collections import Counter
from ipaddress import ip_address
from urllib.parse import urlsplit

from auditor.model import Blocklist, Fact, Forwarder, Listed, Resolver, Stated, Unknown, combine
from auditor.platforms.routeros import dns_static
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.dhcp_serving import Interfaces
from auditor.platforms.routeros.dns_servers import own_servers
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

DNS = "ip dns"
ADLIST = "ip dns adlist"
KEY = "dns"
"""There is one resolver on a device."""

_PORT = 53
_HTTPS = 443


def read(config: Config, network: Interfaces) -> tuple[Listed[Resolver], Listed[Blocklist]]:
    """Return the resolver, which is there be it that nobody may ask it, and its lists of names to sink."""
    if not config.documents:
        holes = config.holes(DNS)
        return Listed((), holes), Listed((), holes)
    usual = _usual(config)
    static = dns_static.read(config, usual)
    none = config.default("ip dns.rebind-protection", lambda text: text == "yes")
    resolver = Resolver(
        device=config.device,
        key=KEY,
        software="RouterOS",
        port=Stated(_PORT, ()),
        serving=_serving(config),
        interfaces=Stated(None, ()),
        drops_private=none,
        private_ranges=(),
        exempt_domains=combine(lambda _: (), none),
        drops_ipv4=config.default("ip dns.filters-ipv4", lambda text: text == "yes"),
        forwarders=Listed((*usual, *static.forwarders), (*usual.holes, *static.forwarders.holes)),
        local_answers=static.answers,
    )
    return Listed((resolver,)), _blocklists(config)


def _serving(config: Config) -> Fact[bool]:
    """Others may ask if `allow-remote-requests` says so; in a VRF of its own only those in there."""
    asked = config.setting(DNS, "allow-remote-requests", yes_no)
    item = config.settings(DNS)
    vrf = config.stated(item, "vrf", str) if item is not None else None
    if isinstance(vrf, Stated) and vrf.value != "main" and (isinstance(asked, Unknown) or asked.value):
        why = f"the resolver answers in VRF '{printable(vrf.value)}' only"
        return Unknown(why, vrf.spans, f"ask {config.device} from this network: nslookup example.com")
    return asked


def _usual(config: Config) -> Listed[Forwarder]:
    """Whom the router asks: the server for DNS over HTTPS if there is one, else written and given servers."""
    secure = config.setting(DNS, "use-doh-server", str)
    if isinstance(secure, Unknown):
        return Listed((), (secure,))
    if secure.value:
        return _by_https(config, secure.value, secure)
    own = own_servers(config)
    found: list[Forwarder] = []
    holes: list[Unknown] = []
    for servers in (own.static, own.dynamic):
        if isinstance(servers, Unknown):
            holes.append(servers)
            continue
        found += [
            Forwarder(str(address), None, address, _PORT, Stated(str(address), servers.spans))
            for address in servers.value
        ]
    if not found and not holes:
        why = f"{config.device} has no resolver to ask"
        holes.append(Unknown(why, own.static.spans, f"name one: /ip dns set servers=…, on {config.device}"))
    once = {each.key: each for each in reversed(found)}
    return Listed(tuple(reversed(once.values())), tuple(holes))


def _by_https(config: Config, url: str, fact: Fact[str]) -> Listed[Forwarder]:
    """A server that is named by its address is that resolver; of one that is named otherwise nothing is known."""
    host = _host(url)
    try:
        address = ip_address(host)
    except ValueError:
        why = f"questions go by DNS over HTTPS to {printable(host) or 'a server'}, which was not inspected"
        return Listed((), (Unknown(why, fact.spans, f"look the test name up at {config.device}, from a POS"),))
    return Listed((Forwarder(f"https {address}", None, address, _HTTPS, Stated(str(address), fact.spans)),))


def _host(url: str) -> str:
    """The host of a URL; what stands behind it may be a secret."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _blocklists(config: Config) -> Listed[Blocklist]:
    """Each list that is switched on makes names unreachable that are not in the configuration."""
    serving = config.setting(DNS, "allow-remote-requests", yes_no)
    items = [(item, _list_name(config, item)) for item in config.items(ADLIST)]
    names = Counter(name for _, name in items)
    found: list[Blocklist] = []
    for item, name in items:
        config.understood(item)
        key = f"adlist {name}" if names[name] == 1 else f"adlist {name} {item.key}"
        on: Fact[bool] = combine(lambda here, asked: here and asked, config.enabled(item), serving)
        enabled = config.enabled(item)
        found.append(Blocklist(config.device, key, "RouterOS adlist", _either(enabled, serving, on)))
    return Listed(tuple(found), config.holes(ADLIST))


def _either(enabled: Fact[bool], serving: Fact[bool], both: Fact[bool]) -> Fact[bool]:
    """One of the two that is off decides, whatever the other is."""
    for each in (enabled, serving):
        if not isinstance(each, Unknown) and not each.value:
            return each
    return both


def _list_name(config: Config, item: Item) -> str:
    """A list goes by its file, or the host that it comes from."""
    return printable(config.text(item, "file") or _host(config.text(item, "url") or "") or item.key, 200)
