"""BSSs that share one setting, such as the profile of a controller: what changes one of them changes all."""

from collections.abc import Callable
from dataclasses import dataclass

from auditor.model import Assumed, Bss, Fact, Stated
from auditor.rules.wifi.access_points import ssid
from auditor.site import Site


@dataclass(frozen=True, slots=True)
class Sharing:
    """The other BSSs whose value rests on the very same lines, and what that means for other networks."""

    keys: tuple[str, ...]
    risks: tuple[str, ...]

    @classmethod
    def of(cls, site: Site, bss: Bss, setting: Callable[[Bss], Fact[object]]) -> "Sharing":
        """Find those of the same device."""
        others = [each for each in site.device(bss.device).bsses if each.key != bss.key and _same(each, bss, setting)]
        names = sorted({ssid(each) for each in others if each.may_be_on} - {ssid(bss)})
        risks = (f"{', '.join(repr(name) for name in names)} on {bss.device} share the setting",) if names else ()
        return cls(tuple(sorted(each.key for each in others)), risks)


def _same(one: Bss, other: Bss, setting: Callable[[Bss], Fact[object]]) -> bool:
    """Whether both rest on the same lines. Where only a default holds, those beside which the line would stand."""
    match setting(one), setting(other):
        case (Stated(_, spans), Stated(_, others)) | (Assumed(_, _, spans), Assumed(_, _, others)):
            return bool(spans) and spans == others
        case _:
            return False
