"""Sessions that IOS knows: classic inspection (`ip inspect`), and the applications that inspection tells by port.

A session that was inspected lets all of its later packets and replies pass by access lists on any interface. Source:
Cisco, "Firewall ACL Bypass" (12.3(4)T and later): input and output lists are not asked about packets of a session.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Span
from auditor.platforms.cisco_ios.acl_words import APPLICATIONS
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import Clause, View, doubted
from auditor.services.reading import printable

_TRANSPORTS = frozenset({"tcp", "udp", "icmp"})


@dataclass(frozen=True, slots=True)
class Session:
    """What an inspection rule on an interface remembers: first packets that pass there, and its lines."""

    rule: str
    interface: str
    clauses: tuple[Clause, ...]
    spans: tuple[Span, ...]


def sessions(scene: Scene) -> Iterator[Session]:
    """All inspection rules that are applied to interfaces."""
    for name, block in scene.blocks.items():
        for line in block.lines("ip inspect"):
            words = line.words
            if len(words) != 2 or words[1] not in ("in", "out"):
                continue
            end = Box(leaving=frozenset({name})) if words[1] == "out" else Box(entering=frozenset({name}))
            clauses, spans = _inspected(scene, words[0])
            yield Session(words[0], name, tuple(_at(end, clauses)), (line.span, *spans))


def _at(end: Box, clauses: tuple[Clause, ...]) -> Iterator[Clause]:
    for each in clauses:
        box = each.box
        yield Clause(Box(end.entering, end.leaving, None, None, box.protocols, box.ports), each.doubt)


def _inspected(scene: Scene, rule: str) -> tuple[tuple[Clause, ...], tuple[Span, ...]]:
    """The first packets that `ip inspect name RULE …` remembers."""
    found: list[Clause] = []
    spans: list[Span] = []
    for line in scene.config.top.lines("ip inspect name"):
        words = line.words
        if len(words) > 1 and words[0] == rule:
            spans.append(line.span)
            found += application(scene, words[1])
    return tuple(found), tuple(spans)


def application(scene: Scene, word: str) -> tuple[Clause, ...]:
    """The packets of an application or transport, by the ports that belong to it."""
    if word in _TRANSPORTS:
        return (Clause(Box(protocols=frozenset({word}))),)
    known = list(APPLICATIONS.get(word, ()))
    doubt = ""
    for line in scene.config.top.lines("ip port-map"):
        words = line.words
        if words[:1] != (word,):
            continue
        ports = [each for each in words if each.isdecimal()]
        transport = next((each for each in words if each in ("tcp", "udp")), "tcp")
        if len(ports) != 1 or "list" in words:
            doubt = f"'{printable(line.text, 60)}' is not followed"
        else:
            known.append((transport, min(int(ports[0][:6]), 65535)))
    if not known:
        return doubted(f"which packets are {printable(word)}, the device tells by what they carry")
    found = tuple(Clause(Box(protocols=frozenset({name}), ports=((port, port),))) for name, port in known)
    return (*found, *doubted(doubt)) if doubt else found


def passing(found: tuple[Session, ...], view: View) -> Iterator[tuple[Session, tuple[Clause, ...]]]:
    """The packets that pass by all lists as parts of sessions."""
    for session in found if view is not View.FIRST else ():
        if view is View.ONWARD:
            yield session, session.clauses
        else:
            yield session, tuple(Clause(clause.box.mirrored(), clause.doubt) for clause in session.clauses)
