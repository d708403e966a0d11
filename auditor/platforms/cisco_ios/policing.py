"""Classes of a policy map that drop packets whatever their rate: on purpose, or because a policer drops what conforms.

Shapers and policers that drop only what exceeds a rate slow readers down and stop none. Source: Cisco, "Quality of
Service Solutions Command Reference", `drop`, `police`, `rate-limit`.
"""

from auditor.model import Span
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config

_CONFORMING = "conform-action drop"
_DEEPEST = 8


def dropping(config: Config, policy: str, depth: int = 0) -> tuple[Span, ...]:
    """The lines by which a policy map, or one within it, drops packets; () if it is not there or drops none."""
    block = config.top.block("policy-map", policy) if policy and depth < _DEEPEST else None
    found: list[Span] = []
    for each in block.blocks("class") if block is not None else ():
        found += _dropped(each)
        inner = each.said("service-policy")
        if inner is not None and not inner.no:
            found += dropping(config, inner.rest, depth + 1)
    return tuple(dict.fromkeys(found))


def _dropped(block: Block) -> list[Span]:
    found = [line.span for line in block.lines("drop") if not line.rest]
    found += [line.span for line in block.lines("police") if _CONFORMING in line.rest]
    found += [line.span for police in block.blocks("police") for line in police.lines(_CONFORMING)]
    return found
