"""Asks what has to be known about a first shop, and writes the inventory that says it.

Every answer is checked with the same formats as the file itself, so that what is written always loads.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from auditor.errors import UsageError
from auditor.inventory import formats
from auditor.inventory.clients import INTEGRATION
from auditor.inventory.entries import Integration
from auditor.inventory.formats import Format, Wrong, one_of
from auditor.inventory.hours import Interval, OpeningHours, clash, parse_days, parse_intervals, week

T = TypeVar("T")

_TRIES = 5
_WITH_SDK = frozenset(
    {Integration.JAVASCRIPT_SDK, Integration.IOS_SDK, Integration.ANDROID_SDK, Integration.REACT_NATIVE_SDK}
)


class Ask(Protocol):
    """Puts one question; `choices` are proposals, and the answer may be another text."""

    def __call__(self, question: str, default: str, choices: tuple[str, ...]) -> str: ...


@dataclass(frozen=True, slots=True)
class Hints:
    """What is already known, to be proposed: from saved configurations, and what the program supports."""

    ssids: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    timezone: str = ""
    host: str = ""
    captures: str = ""
    platforms: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(slots=True)
class _Answers:
    """The lines of the inventory, as the answers come in."""

    defaults: list[str] = field(default_factory=list)
    site: list[str] = field(default_factory=list)


def take_default(question: str, default: str, choices: tuple[str, ...]) -> str:
    """Answer every question with what is proposed: the wizard without a person."""
    return default


def write_inventory(ask: Ask, hints: Hints | None = None) -> str:
    """Ask about one shop and return the text of a commented inventory that `load` reads without mistakes.

    Raises UsageError if one question gets no usable answer after several tries.
    """
    questions = _Questions(ask, hints or Hints())
    name = questions.required("Name of the shop", formats.NAME, "shop-01")
    answers = _Answers()
    _ask_times(questions, answers)
    _ask_integration(questions, answers)
    _ask_clients(questions, answers)
    _ask_devices(questions, answers)
    lines = [
        "# Shops, and how the devices that serve them are reached. A secret never stands in this file.",
        "# What every shop has in common; a shop or a device may say otherwise.",
        "defaults:",
        "  policy: stripe-terminal",
        *("  " + line for line in answers.defaults),
        "",
        "sites:",
        f"  {quoted(name)}:",
        *("    " + line for line in answers.site),
    ]
    return "\n".join(lines) + "\n"


class _Questions:
    """Puts questions until an answer can be read."""

    def __init__(self, ask: Ask, hints: Hints) -> None:
        self.ask = ask
        self.hints = hints

    def optional(self, question: str, form: Format[T], default: str = "", choices: Collection[str] = ()) -> str:
        """Return an answer that `form` can read, or '' if the person leaves it out."""
        problem = ""
        # A hint that is no valid answer is not proposed: taking every default must give a whole inventory.
        default = default if _complaint(form, default) is None else ""
        for _ in range(_TRIES):
            answer = self.ask(problem + question, default, tuple(choices)).strip()
            if not answer:
                return ""
            complaint = _complaint(form, answer)
            if complaint is None:
                return answer
            problem = f"({complaint}) "
        raise UsageError(f"no usable answer to '{question}': expected {form.expected}")

    def required(self, question: str, form: Format[T], default: str, choices: Collection[str] = ()) -> str:
        """Return an answer that `form` can read; no answer is the default."""
        return self.optional(question, form, default, choices) or default


def _complaint(form: Format[T], text: str) -> str | None:
    try:
        form.parse(text)
    except ValueError as error:
        return form.complaint(text, error)
    return None


def _ask_times(questions: _Questions, answers: _Answers) -> None:
    zone = questions.optional("Time zone, for example Europe/Paris", formats.TIMEZONE, questions.hints.timezone)
    hours = questions.optional("Opening hours, for example: mon-fri 08:00-12:00 14:00-20:00; sat 09:00-19:00", HOURS)
    answers.site += [f"timezone: {quoted(zone)}"] if zone else ["# timezone: Europe/Paris"]
    answers.site.append("# Days that are not named are closed; hours may be a list and may run past midnight.")
    if not hours:
        answers.site.append('# opening_hours: {mon-fri: ["08:00-12:00", "14:00-20:00"], sat: "09:00-19:00"}')
        return
    answers.site.append("opening_hours:")
    for part in hours.split(";"):
        days, *intervals = part.split()
        answers.site.append(f"  {quoted(days)}: [{', '.join(map(quoted, intervals))}]")


def _ask_integration(questions: _Questions, answers: _Answers) -> None:
    choices = tuple(integration.value for integration in Integration)
    question = "How does the point of sale talk to the readers"
    integration = questions.required(question, INTEGRATION, Integration.UNKNOWN.value, choices)
    answers.site += [f"# One of: {' '.join(choices)}.", f"integration: {integration}"]
    if Integration(integration) in _WITH_SDK:
        version = questions.optional("Version of the SDK, if known", formats.VERSION)
        answers.site.append(f"sdk_version: {quoted(version)}" if version else "# sdk_version: 1.0.0")


def _ask_clients(questions: _Questions, answers: _Answers) -> None:
    hints = questions.hints
    ssid = questions.optional("Wi-Fi name (SSID) of the readers", formats.SSID, _first(hints.ssids), hints.ssids)
    subnet = questions.optional("Subnet of the readers", formats.SUBNET, "", hints.subnets)
    vlan = questions.optional("VLAN number of the readers", formats.VLAN)
    selectors = [("ssid", ssid), ("subnet", subnet), ("vlan", vlan)]
    answers.site.append("# Which clients are readers: all keys of an entry must hold; more entries make a list.")
    if any(value for _, value in selectors):
        model = questions.optional("Model of the readers", one_of("a reader model", hints.models), "", hints.models)
        count = questions.optional("How many readers there are", formats.COUNT)
        answers.site += ["readers:", f"  tills: {_entry([*selectors, ('model', model), ('count', count)])}"]
    else:
        answers.site.append("# readers: {tills: {ssid: SHOP-POS, model: bbpos-wisepos-e, count: 4}}")
    tills = questions.optional("Subnet of the tills or tablets", formats.SUBNET, subnet, hints.subnets)
    till_ssid = "" if tills else questions.optional("Wi-Fi name (SSID) of the tills", formats.SSID, ssid, hints.ssids)
    answers.site.append("# Which clients are points of sale; dns is dhcp or the addresses of their resolvers.")
    if tills or till_ssid:
        answers.site += ["pos:", f"  tills: {_entry([('subnet', tills), ('ssid', till_ssid), ('dns', 'dhcp')])}"]
    else:
        answers.site.append("# pos: {tills: {subnet: 192.168.30.0/24, dns: dhcp}}")


def _ask_devices(questions: _Questions, answers: _Answers) -> None:
    hints = questions.hints
    devices: dict[str, str] = {}
    live = False
    while name := questions.optional(
        "Name of the next device of the shop, nothing if that was all" if devices else "Name of the shop's router",
        Format("a name that no other device has", lambda text: _new_name(text, devices)),
        "" if devices else "gw",
    ):
        host = questions.optional(
            f"Address of {name}, nothing if its configuration is saved", formats.HOST, "" if devices else hints.host
        )
        captures = ""
        if not host:
            default = "" if devices else hints.captures
            captures = questions.optional(f"File or directory with the saved configuration of {name}", _SAVED, default)
        if not host and not captures:
            break
        live = live or bool(host)
        platform = questions.required(
            f"Platform of {name}",
            one_of("a platform", hints.platforms),
            _first(hints.platforms) or "openwrt",
            hints.platforms,
        )
        devices[name] = _entry([("host", host), ("captures", captures), ("platform", platform)])
    if live:
        _ask_login(questions, answers)
    answers.site.append("# The devices that serve the shop: live (host) or saved (captures).")
    if devices:
        answers.site += ["devices:", *(f"  {quoted(name)}: {entry}" for name, entry in devices.items())]
    else:
        answers.site.append("# devices: {gw: {host: 192.0.2.1, platform: openwrt}}")


def _ask_login(questions: _Questions, answers: _Answers) -> None:
    user = questions.optional("User name for the login, nothing to take the one of ~/.ssh/config", formats.USERNAME)
    if user:
        answers.defaults.append(f"username: {quoted(user)}")
    kinds = ("agent", "key_file", "env", "keyring", "prompt")
    kind = questions.required("Where the credential is kept", one_of("a place", kinds), "agent", kinds)
    answers.defaults.append("# agent: true, key_file: PATH, env: VARIABLE, keyring: SERVICE or prompt: true")
    match kind:
        case "key_file":
            value = questions.required("Path of the private key", formats.KEY_FILE, "~/.ssh/id_ed25519")
        case "env":
            value = questions.required("Name of the environment variable", formats.ENVIRONMENT, "AUDITOR_PASSWORD")
        case "keyring":
            value = questions.required("Name of the keyring service", formats.SERVICE, "auditor")
        case _:
            value = ""
    answers.defaults.append(f"credentials: {{{kind}: {quoted(value) if value else 'true'}}}")


def _hours(text: str) -> str:
    """Check `mon-fri 08:00-12:00 14:00-20:00; sat 09:00-19:00`."""
    named: list[tuple[tuple[int, ...], tuple[Interval, ...]]] = []
    for part in text.split(";"):
        words = part.split()
        if not words:
            raise Wrong
        days, intervals = parse_days(words[0]), parse_intervals(words[1:])
        if clash(days, (other for other, _ in named)):
            raise Wrong("one day stands twice")
        named.append((days, intervals))
    if OpeningHours.of(week(named)).never_open:
        raise Wrong("the shop must be open on some day")
    return text


def _saved(text: str) -> str:
    formats.PATH.parse(text)
    return text


def _new_name(text: str, taken: Collection[str]) -> str:
    if text in taken:
        raise Wrong
    return formats.NAME.parse(text)


def _entry(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {quoted(value)}" for key, value in pairs if value) + "}"


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""


def quoted(text: str) -> str:
    """Write a text as one YAML scalar, whatever stands in it: bare if it is a plain word, else in double quotes."""
    if _is_plain_word(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _is_plain_word(text: str) -> bool:
    if text.isascii() and text.isdigit():
        return not text.startswith("0")
    # A leading digit would make it a number, a time or a date for other readers of YAML; these few words a truth.
    truths = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    letters = text.replace("-", "").replace("_", "").replace("/", "").replace(".", "")
    return letters.isascii() and letters.isalnum() and text[0].isalpha() and text.lower() not in truths


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


HOURS = Format("days and hours like `mon-fri 08:00-20:00; sat 09:00-19:00`", _hours)
_SAVED = Format("the path of a file or directory", _saved)
