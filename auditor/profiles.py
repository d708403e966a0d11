"""The device profile of a platform: what is vendor knowledge and can be data.

`device_profiles/<platform>.yaml` holds the commands to collect, the documented defaults by version with their
source, the keywords that no rule needs, and what activating a change interrupts. A broken profile is a bug of
this program and says so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from auditor import resources
from auditor.capture import Kind
from auditor.errors import DataError

_NOTHING: Mapping[str, Any] = MappingProxyType({})
# The safe loader in C, where it was built: a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Command:
    """One read-only command, or one family of them that differs in a typed hole.

    * `run` is the template, for example `cat /etc/config/{package}`; `stores` is the path under which the
      output is captured.
    * `holes` gives each hole its type (see `auditor.collect.holes`); there is at most one.
    * `values` lists what may fill a hole. `taken_from` names the commands in whose outputs the platform finds the
      values that this device has. With both, what stands in both is asked for.
    * `follow`: its own outputs, and those of later commands, may name more values; it is asked again until they
      name nothing new. `at_most`: how many values it takes, where that is more than is usual.
    * `optional`: that the thing is absent is normal. An absent file is then simply not in the capture; a
      command about something absent has an empty output. Refused or broken is never normal.
    * `sudo` is the absolute path of the program. Where the device refuses the command for lack of rights, it is asked
      once more with `sudo -n`, this path in place of the first word, and the same arguments.
    * `shown_by` is an earlier command that lists programs: if it was answered and does not name the program, that
      program is not installed and the command is not sent.
    * `ends_with` is the last line of a complete output, where it has one that never changes.
    * `sends` is set where `run` is not a line for the device but a getter of a library: the lines that it sends, of
      which a device may be asked one after another until it knows one.
    * `why` is for those who must authorise the command.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    run: str
    kind: Kind
    why: str
    stores: str
    holes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken_from: tuple[str, ...] = ()
    follow: bool = False
    at_most: int = 0
    optional: bool = False
    slow: bool = False
    sudo: str = ""
    shown_by: str = ""
    ends_with: str = ""
    sends: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The name of what is run."""
        return self.run.split(" ", maxsplit=1)[0].rpartition("/")[2]

    @property
    def elevated(self) -> str:
        """The template with root's rights, '' if it is never sent so."""
        return f"sudo -n {self.sudo}{self.run[len(self.run.split(' ', maxsplit=1)[0]) :]}" if self.sudo else ""

    def filled(self, template: str, value: str) -> str:
        """Return `run` or `stores` with its hole, if it has one, filled."""
        for hole in self.holes:
            template = template.replace(f"{{{hole}}}", value)
        return template


@dataclass(frozen=True, slots=True)
class EndMark:
    """How a device shows that an answer is complete, where its exit status says nothing and complaints are output.

    `sends` is added to each command and makes the device print one more line behind the answer, which is `shows`. An
    answer without that line was refused or cut off. `rights` is what the account must be allowed, told to those who
    lack it.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    sends: str
    shows: str
    rights: str


class Transport(StrEnum):
    """What carries the questions: SSH by this program itself, or napalm on top of it."""

    SSH = "ssh"
    NAPALM = "napalm"


class Complaint(StrEnum):
    """What a device means by a complaint: it does not know the command, the account may not run it, or it failed."""

    UNKNOWN = "unknown"
    RIGHTS = "rights"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Terminal:
    """How one talks to a platform that has nothing but an interactive command line.

    * `prompt` is the pattern of a whole prompt, `unprivileged` of one that shows that privileged commands are not
      available; `enable` is the line that asks for them, and `password` the pattern of the question that follows.
    * `preamble` are the lines that make the session readable: no pager, no wrapped lines. `pager` is the pattern of
      what a pager shows that runs all the same.
    * `complaints` are patterns of whole lines, without blanks around them, by what they mean.
    * `full_rights`: the command whose output tells what the account may do, and the pattern in it that shows that
      the device hides nothing from it. Without that, "unknown command" may mean that the account must not see it.
    * `limited` are patterns by command that show the contrary, whatever `full_rights` says.
    * `advice` says what to give to an account without the rights; `{command}` is the command.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    prompt: str
    unprivileged: str
    enable: str
    password: str
    preamble: tuple[str, ...]
    pager: str
    complaints: Mapping[Complaint, tuple[str, ...]]
    full_rights: Mapping[str, str]
    limited: Mapping[str, str]
    advice: str


@dataclass(frozen=True, slots=True)
class Getter:
    """A getter of napalm that is used in place of a command where the inventory says `transport: napalm`.

    `sends` are the lines that it sends by itself, `stores` is the path of what it returns: JSON, but for the text of
    a configuration.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    replaces: str
    getter: str
    sends: tuple[str, ...]
    stores: str


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """What the platform does when no line says otherwise.

    `value` is in the notation of the configuration, `word` how the vendor writes it (`rebind_protection 1`),
    `source` where it was read. `versions` is a range such as `>=21.02,<25.12`; empty means all.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    entry: str
    value: str
    word: str
    source: str
    versions: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What activating changes of one service does: the commands, who notices, and for about how long.

    `judge` is the program on the device that checks the changed configuration before it acts, where there is one;
    it is then the first of the commands. `radio_stays` where a change of one SSID leaves the others of its radio alone.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    service: str
    activate: tuple[str, ...]
    interrupts: str
    disconnects: str
    seconds: int
    cuts_management: bool
    judge: str = ""
    radio_stays: bool = False


@dataclass(frozen=True, slots=True)
class DeadMan:
    """How a change takes itself back after some minutes unless a person calls it off.

    `arm` comes before the activation that may cut the management path, `call_off` once it is known to work.
    `when` names what the device's own configuration must have for it (the platform knows the name), and `otherwise`
    is what to do where it has not.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    arm: tuple[str, ...]
    call_off: tuple[str, ...]
    minutes: int
    note: str = ""
    when: str = ""
    otherwise: "DeadMan | None" = None


@dataclass(frozen=True, slots=True)
class SnippetLines:
    """What a snippet holds besides the changes: reads of pending changes first, saving last.

    `needs` is what whoever pastes it must be and have. `saved` says why nothing is left to save where `save` is empty.
    `dead_man` is by service.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    needs: str = ""
    pending: tuple[str, ...] = ()
    save: tuple[str, ...] = ()
    saved: str = ""
    dead_man: Mapping[str, DeadMan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known about a platform as data.

    `words` maps neutral terms to the vendor's own. `irrelevant` is package → section type → options that no
    rule needs, where `*` stands for all. `undecided` maps items of the policy to the reason why this platform
    cannot decide them. `acting` names, by what they do, packages whose settings are not read and which may do what
    a rule judges: where one is in use, nothing is said to be absent. `services` name the shared back ends that run
    on the platform; what is data about them comes from `device_profiles/services/<name>.yaml`.
    `end_mark` is set where the exit status of a command says nothing, `terminal` where there are no exec channels at
    all. `napalm` are the getters that replace commands where a device is read by napalm. `posix_shell`: commands go
    through a shell that takes several of them in one go.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    platform: str
    title: str
    words: Mapping[str, str]
    commands: tuple[Command, ...]
    defaults: Mapping[str, tuple[DefaultValue, ...]] = field(default_factory=dict)
    irrelevant: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    undecided: Mapping[str, str] = field(default_factory=dict)
    acting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    snippet: SnippetLines = field(default_factory=SnippetLines)
    end_mark: EndMark | None = None
    terminal: Terminal | None = None
    napalm: tuple[Getter, ...] = ()
    posix_shell: bool = False

    def over_napalm(self) -> "Profile":
        """The same profile with napalm's getters in place of the commands that they replace."""
        getters = {getter.replaces: getter for getter in self.napalm}
        commands = (
            replace(command, run=getter.getter, sends=getter.sends, stores=getter.stores)
            if (getter := getters.get(command.id)) is not None
            else command
            for command in self.commands
        )
        return replace(self, commands=tuple(commands))

    def default(self, entry: str, version: str | None) -> DefaultValue | None:
        """Return the default of an entry for a version, or None if it is not documented for it.

        Without a version (or with one that has no numbers, such as `SNAPSHOT`) a default holds only if the
        ranges leave no version out and all agree on the value.
        """
        candidates = self.defaults.get(entry, ())
        number = _number(version) if version else None
        if number is None:
            agreed = len({default.value for default in candidates}) == 1
            return candidates[0] if agreed and _cover_all(candidates) else None
        point = (*number, 0)
        return next((default for default in candidates if _contains(default.versions, point)), None)

    def command(self, command_id: str) -> Command | None:
        """Return the command with this id, or None."""
        return next((command for command in self.commands if command.id == command_id), None)


@cache
def load_profile(platform: str) -> Profile:
    """Read the profile of a platform, once per run.

    Raises `DataError` with the file and all that is wrong in it.
    """
    return read_profile(resources.device_profiles() / f"{platform}.yaml")


def read_profile(file: Path) -> Profile:
    """Read and check one profile."""
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - both are safe loaders
        for service in data.get("services", ()):
            _add_service(data, service, file.parent / "services" / f"{service}.yaml")
        profile = TypeAdapter(Profile).validate_json(json.dumps(_spelled_out(data)), strict=True)
    except FileNotFoundError:
        raise DataError(f"there is no device profile {file}") from None
    except ValidationError as error:
        found = "\n".join(f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DataError(f"{file} is broken:\n{found}") from None
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
        raise DataError(f"{file} is broken: {error}") from error
    mistakes = tuple(_mistakes(profile, file.stem))
    if mistakes:
        raise DataError("\n".join((f"{file} is broken:", *(f"  {mistake}" for mistake in mistakes))))
    return profile


def _add_service(data: Any, service: str, file: Path) -> None:
    """Add what is known of a shared service: its defaults, keywords that no rule needs, effects, and ways back."""
    known = yaml.load(file.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - both are safe loaders
    foreign = set(known) - {"service", "defaults", "irrelevant", "effects", "dead_man"}
    if known.get("service") != service or foreign:
        raise ValueError(f"{file} is not the page of {service}: {', '.join(sorted(foreign)) or 'another name'}")
    for part in ("defaults", "effects"):
        twice = data.setdefault(part, {}).keys() & known.get(part, {}).keys()
        if twice:
            raise ValueError(f"{file} says {', '.join(sorted(twice))} a second time")
        data[part].update(known.get(part, {}))
    data.setdefault("irrelevant", {})[service] = known.get("irrelevant", {})
    data.setdefault("snippet", {}).setdefault("dead_man", {}).update(known.get("dead_man", {}))


def _spelled_out(data: Any) -> Any:
    """Write out what the YAML leaves out because the key above already says it."""
    end_mark = data.get("end_mark")
    for command in data.get("commands", ()):
        if end_mark:
            command["run"] = f"{command.get('run')}{end_mark.get('sends')}"
        command.setdefault("stores", f"commands/{command.get('id')}.txt")
        if isinstance(command.get("taken_from"), str):
            command["taken_from"] = [command["taken_from"]]
    for entry, defaults in data.get("defaults", _NOTHING).items():
        for default in defaults:
            default.setdefault("entry", entry)
    for service, effect in data.get("effects", _NOTHING).items():
        effect.setdefault("service", service)
    for types in data.get("irrelevant", _NOTHING).values():
        for section_type, options in types.items():
            types[section_type] = ["*"] if options == "*" else _flat(options)
    return data


def _flat(options: Any) -> Any:
    """A list without the lists in it: one by topic, or one that several sections share."""
    if not isinstance(options, list):
        return options
    return [each for option in options for each in (_flat(option) if isinstance(option, list) else (option,))]


def _mistakes(profile: Profile, name: str) -> list[str]:
    """Say what the types cannot: references, holes and version ranges that make no sense."""
    found = [] if profile.platform == name else [f"platform: {profile.platform} stands in the file of {name}"]
    earlier: set[str] = set()
    everyone = {command.id for command in profile.commands}
    for command in profile.commands:
        known = everyone if command.follow else earlier
        found += [f"commands.{command.id}: {mistake}" for mistake in _command_mistakes(command, earlier, known)]
        earlier.add(command.id)
    for default in (default for defaults in profile.defaults.values() for default in defaults):
        if _bounds(default.versions) is None:
            found.append(f"defaults.{default.entry}: cannot read the version range '{default.versions}'")
        if not default.source:
            found.append(f"defaults.{default.entry}: a default without a source does not exist")
    for service, effect in profile.effects.items():
        if effect.cuts_management and service not in profile.snippet.dead_man:
            found.append(f"snippet.dead_man: {service} may cut the management path and has no way back by itself")
    for service, recipe in profile.snippet.dead_man.items():
        found += [f"snippet.dead_man.{service}: {m}" for m in _recipe_mistakes(recipe)]
    for getter in profile.napalm:
        if profile.command(getter.replaces) is None:
            found.append(f"napalm.{getter.getter}: no command is called {getter.replaces}")
        found += [f"napalm.{getter.getter}: {line!r} cannot be sent" for line in getter.sends if not _printable(line)]
    return [*found, *(_terminal_mistakes(profile, profile.terminal) if profile.terminal is not None else ())]


def _terminal_mistakes(profile: Profile, terminal: Terminal) -> Iterator[str]:
    patterns = (terminal.prompt, terminal.unprivileged, terminal.password, terminal.pager)
    of_complaints = (pattern for each in terminal.complaints.values() for pattern in each)
    for pattern in (*patterns, *of_complaints, *terminal.full_rights.values(), *terminal.limited.values()):
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"terminal: {pattern!r} is no pattern: {error}"
    for command in (*terminal.full_rights, *terminal.limited):
        if profile.command(command) is None:
            yield f"terminal: no command is called {command}"
    for line in (terminal.enable, *terminal.preamble):
        if not _printable(line):
            yield f"terminal: {line!r} cannot be sent"


def _printable(line: str) -> bool:
    return re.fullmatch(r"[ -~]+", line) is not None


def _recipe_mistakes(recipe: DeadMan) -> Iterator[str]:
    if bool(recipe.when) != (recipe.otherwise is not None):
        yield "a way back that needs something (when) needs another one beside it (otherwise)"
    if recipe.otherwise is not None:
        yield from _recipe_mistakes(recipe.otherwise)


def _command_mistakes(command: Command, earlier: set[str], known: set[str]) -> list[str]:
    found = []
    if command.id in earlier:
        found.append("the id is used twice")
    which = "" if command.follow else "earlier "
    found += [f"taken_from: no {which}command is called {s}" for s in command.taken_from if s not in known]
    if command.shown_by and command.shown_by not in earlier:
        found.append(f"shown_by: no earlier command is called {command.shown_by}")
    if command.sudo and not re.fullmatch(r"(?:/[A-Za-z0-9._+-]+)+", command.sudo):
        found.append("sudo: needs the absolute path of the program")
    if command.sudo and command.sudo.rpartition("/")[2] != command.program:
        found.append("sudo: names another program than run")
    for key, text in (("run", command.run), ("stores", command.stores)):
        if sorted(re.findall(r"\{(.*?)\}", text)) != sorted(command.holes):
            found.append(f"{key}: its holes are not those declared")
    if len(command.holes) > 1:
        found.append("more than one hole")
    if set(command.values) - set(command.holes):
        found.append("values for a hole that does not exist")
    if command.holes and not command.values and not command.taken_from:
        found.append("nothing fills the hole")
    if not _printable(command.run):
        found.append("run: only printable ASCII can be sent")
    return found


_Number: TypeAlias = tuple[int, int, int, int]
_Point: TypeAlias = tuple[int, ...]  # a version, and whether just below (-1), at (0) or just above (1) it


@lru_cache(maxsize=1024)
def _number(version: str) -> _Number | None:
    """Return the leading numbers of a version: `25.12.0-rc2` is (25, 12, 0, 0)."""
    found = re.match(r"\s*(\d{1,9}(?:\.\d{1,9}){0,3})", version)
    if found is None:
        return None
    parts = [*map(int, found[1].split(".")), 0, 0, 0][:4]
    return (parts[0], parts[1], parts[2], parts[3])


def _bounds(versions: str) -> tuple[tuple[str, _Number], ...] | None:
    """Take a range such as `>=21.02,<25.12` apart; None if it cannot be read."""
    bounds = []
    for part in filter(None, (part.strip() for part in versions.split(","))):
        found = re.fullmatch(r"(>=|<=|==|<|>)\s*(\d+(?:\.\d+){0,3})", part)
        number = _number(found[2]) if found else None
        if found is None or number is None:
            return None
        bounds.append((found[1], number))
    return tuple(bounds)


@lru_cache(maxsize=1024)
def _contains(versions: str, point: _Point) -> bool:
    for operator, number in _bounds(versions) or ():
        bound = (*number, 0)
        holds = {
            ">=": point >= bound,
            "<=": point <= bound,
            "==": point == bound,
            ">": point > bound,
            "<": point < bound,
        }
        if not holds[operator]:
            return False
    return True


def _cover_all(defaults: tuple[DefaultValue, ...]) -> bool:
    """Say whether no version lies outside all ranges. It is enough to look at, below and above each bound."""
    numbers = {number for default in defaults for _, number in _bounds(default.versions) or ()}
    points = [(*number, side) for number in numbers for side in (-1, 0, 1)] or [(0, 0, 0, 0, 0)]
    return all(any(_contains(default.versions, point) for default in defaults) for point in points)
