"""Reads the jump hosts that an inventory names, and resolves `jump_host` to the hosts on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.credentials import CredentialRef
from auditor.inventory import formats
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.logins import CREDENTIALS, read_credentials
from auditor.inventory.mistakes import shown
from auditor.inventory.reaching import NO_TIMEOUTS, JumpHost
from auditor.inventory.waiting import read_login_timeouts
from auditor.model.facts import Span

_JUMP_HOST = "a mapping with `host`"


@dataclass(frozen=True, slots=True)
class _Named:
    """One entry of `jump_hosts`: the host, and the text that says how it is reached itself."""

    host: JumpHost
    before: str | None
    fields: Fields


@dataclass(slots=True)
class JumpHosts:
    """The jump hosts of an inventory, by name."""

    _named: dict[str, _Named] = field(default_factory=dict)
    _paths: dict[str, tuple[JumpHost, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._named)

    def read(self, top: Fields) -> None:
        """Read the `jump_hosts` of one file."""
        for name, node, path in top.named("jump_hosts", "a mapping of named jump hosts"):
            fields = as_fields(node, path, _JUMP_HOST, top.mistakes)
            if fields is None:
                continue
            if name in self._named:
                fields.wrong("", f"the jump host {shown(name)} is already defined in {_place(self._named[name])}")
                continue
            host = _read(name, fields)
            before = fields.scalar("jump_host", formats.JUMP_HOST)
            fields.finish()
            self._named[name] = _Named(host, before, fields)

    def check(self) -> None:
        """Note a mistake for every jump host that is reached through itself."""
        for named in self._named.values():
            if self._loops(named):
                named.fields.wrong("jump_host", f"the way to {shown(named.host.name)} leads through itself")

    def tell_apart(self, devices: Iterable[str]) -> None:
        """Note a mistake for every jump host that is named like a device: host keys are remembered by name."""
        for name in devices:
            if name in self._named:
                self._named[name].fields.wrong("", f"{shown(name)} is a device of `devices`; give one another name")

    def path(self, text: str | None) -> tuple[JumpHost, ...]:
        """Return the hosts that a `jump_host` means, the first one first, with those before each of them."""
        # `none` is what OpenSSH writes for "no jump host".
        if text is None or text == "none":
            return ()
        if text not in self._paths:
            hops: dict[str, JumpHost] = {}
            for hop in text.split(","):
                self._add(hop, hops, ())
            self._paths[text] = tuple(hops.values())
        return self._paths[text]

    def _add(self, text: str, hops: dict[str, JumpHost], within: tuple[str, ...]) -> None:
        named = self._named.get(text)
        if named is None:
            hops.setdefault(text, _written(text))
            return
        if text in within:
            return
        for hop in (named.before or "").split(","):
            if hop and named.before != "none":
                self._add(hop, hops, (*within, text))
        hops.setdefault(text, named.host)

    def _loops(self, start: _Named) -> bool:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            for hop in (ahead.pop().before or "").split(","):
                if hop == start.host.name:
                    return True
                if hop in self._named and hop not in seen:
                    seen.add(hop)
                    ahead.append(self._named[hop])
        return False


def _read(name: str, fields: Fields) -> JumpHost:
    host = fields.scalar("host", formats.HOST)
    if not fields.has("host"):
        fields.wrong("", "`host` is missing")
    credentials: CredentialRef | None = read_credentials(fields, "credentials", CREDENTIALS)
    return JumpHost(
        name=name,
        host=host or "",
        port=fields.scalar("port", formats.PORT),
        username=fields.scalar("username", formats.USERNAME),
        credentials=credentials,
        at_once=fields.scalar("at_once", formats.COUNT),
        old_ssh=fields.scalar("old_ssh", formats.TRUE) or False,
        span=fields.span,
        timeouts=read_login_timeouts(fields) or NO_TIMEOUTS,
    )


def _written(text: str) -> JumpHost:
    """Take [user@]host[:port] apart; its host key is recorded under the host, with a port that is not 22."""
    user, _, place = text.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit() or (":" in host and not host.endswith("]")):
        host, port = place, ""
    number = int(port) if port else None
    name = host if number in (None, 22) else f"{host}:{number}"
    return JumpHost(name, host.strip("[]"), number, user or None)


def _place(named: _Named) -> str:
    span: Span = named.fields.span
    return f"{span.file}:{span.first}"
