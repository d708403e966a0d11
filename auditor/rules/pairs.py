"""Points of sale and the readers that they talk to, for rules about what lies between them."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from auditor.model import Bss, Unknown
from auditor.rules.clients import NO_POS
from auditor.site import Path, Pos, Readers, Site
from auditor.verdicts import Undecided, Verdict

Judge: TypeAlias = Callable[[Site, Pos, Readers, str], Iterator[Verdict]]
"""Judges one pair; the text is the subject of its verdicts."""


def each_pair(site: Site, readers: Readers, judge: Judge) -> Iterator[Verdict]:
    """Judge each declared point of sale with these readers; one whose place is not known is undecided."""
    if not site.pos:
        yield Undecided(NO_POS)
    for pos in site.pos:
        subject = f"{pos.name} → {readers.name}"
        if isinstance(pos.place, Unknown):
            yield Undecided(pos.place, subject=subject)
        else:
            yield from judge(site, pos, readers, subject)


def lan_path(site: Site, pos: Pos, readers: Readers) -> Path:
    """The way of a point of sale's connection to a reader."""
    port = site.policy.lan_ports[0]
    return site.path(pos, readers, protocol=port.protocol.value, port=port.number)


def called(bss: Bss) -> str:
    """The SSID of a BSS, or its key where the SSID is not known."""
    return bss.key if isinstance(bss.ssid, Unknown) else bss.ssid.value


def others_there(site: Site, bss: Bss, bsses: Iterable[Bss]) -> tuple[str, ...]:
    """The other BSSs among some on the device of one of them: a fix for all may change a setting that they share.

    The same SSID in other parts of a controller counts as well: it may be one setting for all of them.
    """
    alike = (
        each
        for each in site.device(bss.device).bsses
        if not isinstance(bss.ssid, Unknown)
        and not isinstance(each.ssid, Unknown)
        and each.ssid.value == bss.ssid.value
    )
    return tuple(sorted({each.key for each in (*bsses, *alike) if each.device == bss.device and each.key != bss.key}))


def server_driven(site: Site) -> tuple[str, ...]:
    """What spares a shop the local network: advice for failures between point of sale and reader."""
    return (site.policy.advice["server_driven"],)
