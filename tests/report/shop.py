"""A small faulty shop, audited by rules made for the reports, so that no other rule's wording matters here.

The captures, the edits and the proofs are the real ones.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.capture import Capture, CapturedFile, Failure, Kind
from auditor.intents import ExemptFromRebindProtection, SetLeaseTime, SetPhy
from auditor.inventory import SiteEntry, loads
from auditor.model import Phy, Severity, Unknown
from auditor.pipeline import SiteReport, audit
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.rules import Rule
from auditor.secrets import Redactor
from auditor.site import Site
from auditor.verdicts import Card, Fail, Fix, NotApplicable, NotChecked, Pass, Undecided, Verdict

NOW = datetime(2026, 11, 23, 4, 14, tzinfo=UTC)
TAKEN = NOW - timedelta(hours=3)
DOC = """A rule of the tests.

## What it checks
Nothing beyond the tests.
"""

SECRETS = ("correct-horse-battery", "Tr0ub4dor&3", "radius-shared-secret")

DHCP = """
config dnsmasq 'main'
\toption domainneeded '1'

config dhcp 'pos'
\toption interface 'pos'
\toption start '100'
\toption limit '100'
\toption leasetime '2h'
"""

NETWORK = """
config interface 'pos'
\toption proto 'static'
\toption device 'br-pos'
\toption ipaddr '192.168.30.1/24'

config interface 'wan'
\toption proto 'pppoe'
\toption username 'shop'
\toption password 'Tr0ub4dor&3'
"""

WIRELESS = """
config wifi-device 'radio0'
\toption type 'mac80211'
\toption band '5g'
\toption htmode 'HE80'

config wifi-iface 'pos'
\toption device 'radio0'
\toption network 'pos'
\toption mode 'ap'
\toption ssid 'SHOP-POS'
\toption encryption 'psk2'
\toption key 'correct-horse-battery'

config wifi-iface 'guest'
\toption device 'radio0'
\toption network 'pos'
\toption mode 'ap'
\toption ssid '{guest}'
\toption encryption 'wpa2'
\toption made_up_option '192.0.2.9'
\toption auth_secret 'radius-shared-secret'
"""

INVENTORY = """
sites:
  lyon-01:
    timezone: Europe/Paris
    opening_hours: {mon-sat: "08:00-20:00"}
    integration: javascript-sdk
    readers: {tills: {ssid: SHOP-POS, model: bbpos-wisepos-e}}
    pos: {tablets: {subnet: 192.168.30.0/24}}
    devices:
      gw: {host: 192.0.2.1, platform: openwrt}
      ap2: {host: 192.0.2.2, platform: openwrt}
"""


def entry(name: str = "lyon-01") -> SiteEntry:
    return replace(loads(INVENTORY.encode(), Path("inventory.yaml")).sites[0], name=name)


def capture(*, guest: str = "SHOP-GUEST", device: str = "gw", taken: datetime = TAKEN) -> Capture:
    """The router, through the real redaction, as a collector would hand it on."""
    kind = platform("openwrt")
    redactor = Redactor(b"key of the tests")
    # A newline cannot stand inside a quoted value of one line; UCI writes it as it is, so it stays in the text.
    texts = {
        "/etc/openwrt_release": "DISTRIB_RELEASE='23.05.5'\n",
        "/etc/config/dhcp": DHCP,
        "/etc/config/network": NETWORK,
        "/etc/config/wireless": WIRELESS.replace("{guest}", guest.replace("'", "'\\''")),
    }
    files = tuple(
        CapturedFile(path, kind.redact(path, text, redactor), Kind.CONFIGURATION) for path, text in texts.items()
    )
    return Capture(device, "openwrt", files, (), taken, False, "ssh audit@192.0.2.1")


def _lease(site: Site) -> Iterator[Verdict]:
    device = site.devices[0]
    scope = next(scope for scope in device.dhcp_scopes if scope.key == "pos")
    if scope.lease_time.value == timedelta(hours=24):  # type: ignore[union-attr]
        yield Pass("the lease lasts", scope.lease_time)
        return
    fix = Fix.one("gw", SetLeaseTime("pos", timedelta(hours=24)))
    advice = ("a server-driven integration avoids this",)
    yield Fail(
        "lease_time of scope 'pos' is 2h; the working day is 12h", scope.lease_time, Severity.ERROR, (fix,), advice
    )


def _rebind(site: Site) -> Iterator[Verdict]:
    resolver = site.devices[0].resolvers.items[0]
    if "example.net" in resolver.exempt_domains.value:  # type: ignore[union-attr]
        yield Pass("private answers pass", resolver.exempt_domains)
        return
    fix = Fix.one("gw", ExemptFromRebindProtection(resolver.key, "example.net"))
    yield Fail("rebind_filter drops private answers", resolver.drops_private, Severity.ERROR, (fix,))


def _ax(site: Site) -> Iterator[Verdict]:
    bss = next(bss for bss in site.devices[0].bsses if bss.key == "pos")
    names = tuple(sorted(bss.key for bss in site.devices[0].bsses))
    if not isinstance(bss.phy, Unknown) and not bss.phy.value.includes_ax:
        yield Pass("no 802.11ax", bss.phy)
        return
    others = site.devices[0].bsses.items[1].ssid.value  # type: ignore[union-attr]
    fix = Fix.one("gw", SetPhy("radio0", Phy.AC, names), risks=(f"the radio also serves {others}",))
    yield Fail("802.11ax is on", bss.phy, Severity.WARNING, (fix,))


def _hand(site: Site) -> Iterator[Verdict]:
    fix = Fix(
        "move the readers to a VLAN of their own",
        (),
        manual="moving anything between VLANs is for a person to plan",
    )
    yield Fail("readers share a VLAN with guests", (), Severity.NOTE, (fix,), device="gw")


def _egress(site: Site) -> Iterator[Verdict]:
    unknown = Unknown("the central firewall was not audited", settle="add device 'hq-fw' or declare egress")
    yield Undecided(unknown, about="one")


def _card(site: Site) -> Iterator[Verdict]:
    steps = ("look at the reader's screen", "note the address")
    yield NotChecked(Card("the reader shows an address", steps, "ping 192.168.30.50", "4 answers", "in the ticket"))


def _other_card(site: Site) -> Iterator[Verdict]:
    yield NotChecked(Card("the cable sits tight", ("pull gently",)))


def _away(site: Site) -> Iterator[Verdict]:
    yield NotApplicable("the readers are wireless")


def _fine(site: Site) -> Iterator[Verdict]:
    yield Pass("the subnet is private", site.devices[0].interfaces.items[0].addresses)


RULES = tuple(
    Rule(id, items, severity, DOC, check_site=check, card=id.startswith("card"))
    for id, items, severity, check in (
        ("lease", ("R12",), Severity.ERROR, _lease),
        ("rebind", ("R16",), Severity.ERROR, _rebind),
        ("ax", ("R9",), Severity.WARNING, _ax),
        ("vlan", ("R14",), Severity.NOTE, _hand),
        ("egress", ("R6",), Severity.ERROR, _egress),
        ("egress-names", ("T6",), Severity.ERROR, _egress),
        ("card-address", ("R12",), Severity.NOTE, _card),
        ("card-cable", ("T9",), Severity.NOTE, _other_card),
        ("wired", ("R11",), Severity.ERROR, _away),
        ("private", ("R5",), Severity.ERROR, _fine),
    )
)

FAILURE = Failure("ap2", "openwrt", "connection refused", "check that the device is up", 3)


def report(
    *,
    guest: str = "SHOP-GUEST",
    name: str = "lyon-01",
    failures: tuple[Failure, ...] = (FAILURE,),
    rules: tuple[Rule, ...] = RULES,
    sites: tuple[str, ...] = (),
) -> SiteReport:
    """The faulty shop; `sites` are all that its router serves."""
    policy = load_policy("stripe-terminal")
    return audit(
        entry(name),
        (capture(guest=guest),),
        failures,
        policy,
        NOW,
        rules=rules,
        sites_of={"gw": sites} if sites else {},
    )


def exempting(domain: str) -> Rule:
    """A rule that wants one more domain exempted, so that several fixes meet in one list."""

    def check(site: Site) -> Iterator[Verdict]:
        resolver = site.devices[0].resolvers.items[0]
        if domain in resolver.exempt_domains.value:  # type: ignore[union-attr]
            yield Pass("exempt", resolver.exempt_domains)
        else:
            fix = Fix.one("gw", ExemptFromRebindProtection(resolver.key, domain))
            yield Fail(f"{domain} is not exempt", resolver.drops_private, Severity.ERROR, (fix,))

    return Rule(f"exempt-{domain.replace('.', '-')}", ("R16",), Severity.ERROR, DOC, check_site=check)


def healthy(name: str = "nice-02") -> SiteReport:
    """A shop where nothing is wrong and nothing is open."""
    return report(name=name, failures=(), rules=tuple(rule for rule in RULES if rule.id in ("private", "wired")))


HOSTILE = (
    "\x1b[31mred\x1b]0;t\x07<script>alert(1)</script>{{7*7}}{% raw %}\u202egnp\u200b$(reboot)`id`;\udc80\r\nreboot\n# x"
)


def hostile() -> SiteReport:
    """A shop where every text that anybody could choose is hostile: names, messages, sources, a whole SSID."""

    def check(site: Site) -> Iterator[Verdict]:
        card = Card(HOSTILE, (HOSTILE,), HOSTILE, HOSTILE, HOSTILE)
        fix = Fix(HOSTILE, (), manual=HOSTILE)
        scope = site.devices[0].dhcp_scopes.items[0].lease_time
        yield Fail(HOSTILE, scope, Severity.ERROR, (fix,), (HOSTILE,), about="1", device="gw")
        yield NotChecked(card, about="2", device=HOSTILE)
        yield Undecided(Unknown(HOSTILE, settle=HOSTILE), about="3", card=card)
        yield Pass(HOSTILE, scope, about="4", subject=HOSTILE)

    rules = (*RULES, Rule("hostile", ("R12",), Severity.ERROR, DOC, check_site=check))
    failure = Failure(HOSTILE, "openwrt", HOSTILE, HOSTILE, 1)
    policy = load_policy("stripe-terminal")
    # No newline inside: UCI would read it as a line of its own, which is another test's matter.
    ssid = " ".join(HOSTILE.split())
    taken = replace(capture(guest=ssid), source=HOSTILE)
    return audit(entry(HOSTILE), (taken,), (failure,), policy, NOW, rules=rules)
