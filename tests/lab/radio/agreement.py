"""Which experience of stations belongs to which verdict, and whether they agree.

As in the other laboratory: where stations suffer one of the rules must fail, and a rule that fails must be felt.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.lab.radio.auditing import Audited
from tests.lab.radio.experience import Experience, Joined, Refused
from tests.lab.radio.scenarios import Scenario

LEASE_NEEDED = 14 * 3600
"""The shop is open for twelve hours; two are the margin."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that stations see or suffer from (None: it could not be tried), and whose finding it is."""

    name: str
    rules: tuple[str, ...]
    felt: Callable[[Experience], bool | None]


def _any(sign: Callable[[Joined], bool]) -> Callable[[Experience], bool | None]:
    return lambda seen: any(map(sign, seen.joined)) if seen.joined else None


def _short(seen: Experience) -> bool | None:
    if not isinstance(seen.reader, Joined):
        return None
    return seen.reader.lease is None or seen.reader.lease < LEASE_NEEDED


SYMPTOMS = (
    Symptom("a station joins without a password", ("wifi-open",), _any(lambda station: station.akm == "none")),
    Symptom("a station uses 802.11ax", ("wifi-ax",), _any(lambda station: station.he)),
    Symptom("a station uses TKIP", ("wifi-tkip",), _any(lambda station: "TKIP" in (station.pairwise, station.group))),
    Symptom(
        "the reader does not join",
        ("wifi-pmf", "wifi-authentication", "wifi-p400-encryption", "wifi-mac-filter", "wifi-station-limit"),
        lambda seen: isinstance(seen.reader, Refused),
    ),
    Symptom(
        "the till does not reach the reader",
        ("station-isolation",),
        lambda seen: None if seen.together is None else not seen.together,
    ),
    Symptom("the reader's lease is too short", ("dhcp-lease-too-short",), _short),
)

COMPARED = frozenset(rule for symptom in SYMPTOMS for rule in symptom.rules)
"""The rules whose verdicts stations can confirm."""


def disagreements(seen: Experience, audited: Audited, scenario: Scenario) -> Iterator[str]:
    """Say where verdicts are not what stations experience; a rule that cannot tell is in order nowhere."""
    for symptom in SYMPTOMS:
        felt = symptom.felt(seen)
        failing = [rule for rule in symptom.rules if rule in audited.fails]
        if felt and not failing:
            yield f"false pass: {symptom.name}, but {', '.join(symptom.rules)} found nothing"
        if felt is False and failing:
            yield f"false alarm: {', '.join(failing)} fails, but no station feels it"
    for rule in sorted(COMPARED & audited.undecided):
        yield f"undecided: {rule} cannot tell"


def in_words(seen: Experience) -> str:
    """What the stations experience, for the table."""
    words = [f"{who}: {_station(station)}" for who, station in (("reader", seen.reader), ("till", seen.pos))]
    if words[0].partition(": ")[2] == words[1].partition(": ")[2]:
        words = [f"both: {_station(seen.reader)}"]
    if seen.together is not None:
        words.append("they reach each other" if seen.together else "they do not reach each other")
    return "; ".join(words)


def _station(station: Joined | Refused) -> str:
    match station:
        case Refused(why):
            # A station on a list may be refused or not be answered at all, as the radio has it this time.
            return "does not join" if why in ("refused", "sees no such network") else f"does not join ({why})"
        case Joined():
            signs = [f"AKM {station.akm}"]
            signs += (
                [station.pairwise] if station.pairwise == station.group else [f"{station.pairwise}/{station.group}"]
            )
            signs += ["PMF"] if station.mfp else []
            signs += ["HE"] if station.he else []
            signs += ["no lease" if station.lease is None else f"lease {station.lease} s"]
            return ", ".join(signs if station.akm != "none" else [signs[0], *signs[2:]])
