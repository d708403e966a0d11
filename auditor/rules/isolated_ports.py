"""Taking clients out of bridge port isolation: their SSID, or the port that a switch knows them behind."""

from auditor.intents import DisablePortIsolation
from auditor.model import Bss
from auditor.rules.pairs import called, others_there
from auditor.site import Hop, Pos, Readers, Site
from auditor.verdicts import Change, Fix


def taken_out(site: Site, client: Readers | Pos, isolated: tuple[Hop, ...]) -> Fix | None:
    """Take one client out of isolation at these hops; None if it is not known where it is."""
    concerned = {(hop.device, hop.item) for hop in isolated}
    bsses = [bss for bss in client.attachment.bsses if (bss.device, bss.key) in concerned]
    if bsses:
        return _bsses(site, bsses)
    ports = [plug for plug in site.plugs(client) if (plug.device, plug.port) in concerned]
    if not ports:
        return None
    changes = tuple(Change(plug.device, DisablePortIsolation(port=plug.port)) for plug in ports)
    title = changes[0].intent.title if len(changes) == 1 else f"port isolation off for the ports of '{client.name}'"
    return Fix(title, changes, weakens="what is plugged in there can reach the other isolated ports")


def _bsses(site: Site, bsses: list[Bss]) -> Fix:
    names = ", ".join(sorted({called(bss) for bss in bsses}))
    return Fix(
        f"bridge port isolation off for '{names}'" + (f" on {len(bsses)} BSSs" if len(bsses) > 1 else ""),
        tuple(Change(bss.device, DisablePortIsolation(bss.key, also=others_there(site, bss, bsses))) for bss in bsses),
        weakens=f"stations of '{names}' can reach other isolated ports of the bridge",
        risks=(f"all other clients of '{names}' are no longer kept from isolated ports either",),
    )
