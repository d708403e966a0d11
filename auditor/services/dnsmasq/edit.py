"""What an intent changes in dnsmasq's files."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.intents import (
    AddReservation,
    EnlargePool,
    ExemptFromRebindProtection,
    ForwardDomain,
    GiveOutIpv4Answers,
    Intent,
    RemoveLocalAnswer,
    SetDomainNameServers,
    SetLeaseTime,
    StopPreferringIpv6Only,
)
from auditor.model import Unknown
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.dnsmasq.answers import answer_key, hosts_key
from auditor.services.dnsmasq.resolver import domain, forwarder_key
from auditor.services.dnsmasq.scopes import Place as RangePlace
from auditor.services.dnsmasq.scopes import keys, places, reader_of
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.tags import entries
from auditor.services.dnsmasq.values import Option, lease_text
from auditor.syntax.dnsmasq_conf import fields
from auditor.syntax.dnsmasq_conf_edit import get, range_name

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


Look = Callable[[str, str, Place], str | None]
"""What stands at a place, by the path of a file and its text."""


def edit(
    host: Host,
    instance: Instance,
    settings: Settings,
    intent: Intent,
    look: Look = lambda _, text, place: get(text, place),
    main: str = "",
) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent; None if it is about nothing of this instance.

    `look` is for programs that keep lines of dnsmasq in files of their own; `main` is then the file where a line
    stays that nothing else is near to.
    """
    editor = _Editor(host, instance, settings, look, main or instance.file)
    match intent:
        case SetLeaseTime() | AddReservation() | EnlargePool() | SetDomainNameServers() | StopPreferringIpv6Only():
            found, _ = places(host, settings)
            named = dict(zip(keys(instance, found), found, strict=True))
            place = named.get(intent.scope)
            return None if place is None else editor.scope(intent, place, len(found))
        case ExemptFromRebindProtection() | ForwardDomain() | GiveOutIpv4Answers() | RemoveLocalAnswer():
            return editor.resolver(intent) if intent.resolver == instance.key else None
        case _:
            return None


@dataclass(frozen=True, slots=True)
class _Editor:
    host: Host
    instance: Instance
    settings: Settings
    look: Look
    main: str

    def scope(
        self,
        intent: SetLeaseTime | AddReservation | EnlargePool | SetDomainNameServers | StopPreferringIpv6Only,
        place: RangePlace,
        scopes: int,
    ) -> tuple[Put, ...]:
        match intent:
            case SetLeaseTime():
                return (self._range(place, "lease", lease_text(intent.lease_time)),)
            case EnlargePool():
                return (self._range(place, "last", self._end(place, intent)),)
            case AddReservation():
                return (self._reservation(place, intent),)
            case SetDomainNameServers():
                return (self._servers(place, intent, scopes),)
            case StopPreferringIpv6Only():
                return tuple(self._without_108(place, scopes))

    def resolver(
        self, intent: ExemptFromRebindProtection | ForwardDomain | GiveOutIpv4Answers | RemoveLocalAnswer
    ) -> tuple[Put, ...]:
        match intent:
            case ExemptFromRebindProtection():
                return (self._put(self._near_rebind(intent.domain), ("rebind-domain-ok", intent.domain), ""),)
            case ForwardDomain():
                return tuple(self._forward(intent))
            case GiveOutIpv4Answers():
                return tuple(dict.fromkeys(self._filters()))
            case RemoveLocalAnswer():
                return tuple(dict.fromkeys(self._answers(intent)))

    # -- scopes --------------------------------------------------------------------------------------------

    def _range(self, place: RangePlace, field: str, value: str) -> Put:
        name = range_name(place.setting.value)
        same = [s for s in self.settings.of("dhcp-range") if range_name(s.value) == name]
        if len(same) > 1:
            raise NotPossible(f"two ranges begin with {place.range.first}", "keep one of them, then audit again")
        return self._put(place.setting.path, ("dhcp-range", name, field), value, there=field != "lease")

    def _end(self, place: RangePlace, intent: EnlargePool) -> str:
        last = place.range.first + (intent.size - 1)
        if place.range.mode or place.subnet is None:
            raise NotPossible("the range has no dynamic addresses", "give it an end by hand")
        if last not in place.subnet or last == place.subnet.broadcast_address:
            raise NotPossible(f"{intent.size} addresses do not fit into {place.subnet}", "move the range by hand")
        most = reader_of(self.host, self.instance, self.settings, place).most()
        if isinstance(most, Unknown) or most.value < intent.size:
            raise NotPossible("dhcp-lease-max permits fewer leases", "raise dhcp-lease-max as well")
        return str(max(last, place.range.last))

    def _reservation(self, place: RangePlace, intent: AddReservation) -> Put:
        if _NAME.fullmatch(intent.name) is None or _MAC.fullmatch(intent.mac) is None:
            raise NotPossible("name or MAC address cannot be written into dnsmasq's file", "look at them")
        if place.subnet is not None and intent.address not in place.subnet:
            raise NotPossible(f"{intent.address} is not in {place.subnet}", "choose an address of the subnet")
        for _, entry in entries(self.settings):
            if entry.name == intent.name and entry.macs == (intent.mac,) and entry.address == intent.address:
                continue
            if entry.address == intent.address or intent.mac in entry.macs or entry.name == intent.name:
                why = f"{intent.address}, {intent.mac} or {intent.name} stands in another dhcp-host"
                raise NotPossible(why, "correct that line by hand")
        hosts = [setting for setting in self.settings.of("dhcp-host") if setting.path == place.setting.path]
        path = hosts[-1].path if hosts else place.setting.path
        return self._put(path, ("dhcp-host", intent.name), f"{intent.mac},{intent.address},{intent.name}")

    def _servers(self, place: RangePlace, intent: SetDomainNameServers, scopes: int) -> Put:
        values = ",".join(map(str, intent.servers))
        scope = reader_of(self.host, self.instance, self.settings, place)
        match scope.in_force(6):
            case Unknown() as unknown:
                raise NotPossible(unknown.why, "set option 6 by hand")
            case (setting, option) if scopes == 1 or _is_own(option, place):
                return self._put(setting.path, _option_place(setting, option), values, there=True)
            case found:
                if scopes == 1 and found is None:
                    return self._put(place.setting.path, ("dhcp-option", "6"), values)
                return self._put(place.setting.path, ("dhcp-option", f"tag:{self._tag(place)},6"), values)

    def _tag(self, place: RangePlace) -> str:
        """A tag that clients of this range have and no others."""
        found, _ = places(self.host, self.settings)
        others = [each for each in found if each.setting != place.setting]
        if place.range.sets and all(each.range.sets != place.range.sets for each in others):
            tag = place.range.sets
        elif place.interface is not None and all(each.interface != place.interface for each in others):
            tag = place.interface.key
        else:
            raise NotPossible("nothing tells clients of this range from others", "give the range a tag with set:")
        if _LINK.fullmatch(tag) is None:
            raise NotPossible("the tag of the range cannot be written again", "set option 6 by hand")
        return tag

    def _without_108(self, place: RangePlace, scopes: int) -> Iterator[Put]:
        scope = reader_of(self.host, self.instance, self.settings, place)
        for setting, option in scope.options(108):
            if scope.tags.holds(option.tags) is not False:
                if scopes > 1 and not _is_own(option, place):
                    raise NotPossible("the option is sent to clients of other ranges as well", "remove it by hand")
                yield self._put(setting.path, _option_place(setting, option), None, there=True)

    # -- resolver ------------------------------------------------------------------------------------------

    def _near_rebind(self, domain: str) -> str:
        """The file that speaks of rebind protection, else the main one."""
        if _DOMAIN.fullmatch(domain) is None:
            raise NotPossible("the domain cannot be written into dnsmasq's file", "look at its name")
        written = [*self.settings.of("stop-dns-rebind"), *self.settings.of("rebind-domain-ok")]
        return next((setting.path for setting in written if setting.path), self.main)

    def _forward(self, intent: ForwardDomain) -> Iterator[Put]:
        """One `server` line for each; all lines for a domain are asked (dnsmasq(8), `--server`)."""
        path, wanted = self._near_rebind(intent.domain), [str(server) for server in intent.servers]
        for setting in self.settings.of("server", "local"):
            *names, target = [part.strip() for part in setting.text.split("/")[1:]] or ["", ""]
            if any(domain(name) == intent.domain.lower() for name in names) and target not in wanted:
                why = f"another line says whom to ask for {intent.domain}"
                raise NotPossible(why, "take that line out, then audit again")
        for server in wanted:
            yield self._put(path, ("server", server, intent.domain), "")

    def _filters(self) -> Iterator[Put]:
        for setting in self.settings.of("filter-A"):
            yield self._put(setting.path, ("filter-A",), None, there=True)
        for setting in self.settings.of("filter-rr"):
            for word in fields(setting.text):
                if word.upper() in ("A", "1"):
                    yield self._put(setting.path, ("filter-rr", word), None, there=True)

    def _answers(self, intent: RemoveLocalAnswer) -> Iterator[Put]:
        for setting in self.settings.of("address", "server", "local"):
            *names, target = [part.strip() for part in setting.text.split("/")[1:]] or ["", setting.text]
            key = answer_key if setting.key == "address" else forwarder_key
            for name in names:
                if key(setting, name) == intent.answer:
                    yield self._put(setting.path, (setting.key, target, name), None, there=True)
        for setting in self.settings.of("host-record", "cname"):
            yield from self._records(setting, intent)
        for names_file in self.settings.names:
            for line in self.host.reading.lines(names_file.path):
                words = line.partition("#")[0].split()
                for name in words[1:]:
                    if hosts_key(names_file.path, name, words[0]) == intent.answer:
                        yield self._put(names_file.path, ("hosts", words[0], name), None, there=True)

    def _records(self, setting: Setting, intent: RemoveLocalAnswer) -> Iterator[Put]:
        words = fields(setting.text)
        for at, name in enumerate(words):
            if answer_key(setting, name) == intent.answer:
                rest = next((n for n in range(at, len(words)) if _is_ipv4(words[n])), len(words) - 1)
                if setting.key == "cname":
                    rest = len(words) - (2 if words[-1].isdecimal() else 1)
                yield self._put(setting.path, (setting.key, ",".join(words[rest:]), name), None, there=True)

    def _put(self, path: str, place: Place, value: str | None, *, there: bool = False) -> Put:
        """A put into a captured file; `there`: something must stand at the place already."""
        file = self.host.reading.file(path) if path else None
        if file is None:
            where = "on dnsmasq's command line" if not path else f"in {path}, which was not captured"
            raise NotPossible(f"it stands {where}", "change it there by hand")
        if (there and self.look(path, file.text, place) is None) or not self._readable(path, place, file.text):
            raise NotPossible(f"the line in {path} is written in a way that is not edited here", "change it by hand")
        return Put(self.instance.service, path, place, value)

    def _readable(self, path: str, place: Place, text: str) -> bool:
        """A range must be found by its name: one with quotes is not."""
        if place[0] != "dhcp-range":
            return True
        return self.look(path, text, ("dhcp-range", place[1], "last")) is not None or "static" in text


def _option_place(setting: Setting, option: Option) -> Place:
    """The place of an option, in the words in which its line begins."""
    words = fields(setting.value)
    return (setting.key, ",".join(words[: len(words) - len(option.values)]))


def _is_own(option: Option, place: RangePlace) -> bool:
    """Whether only clients of this range get an option, by its tags."""
    link = place.interface.key if place.interface is not None else ""
    return bool({place.range.sets, link} - {""} & set(option.tags))


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
