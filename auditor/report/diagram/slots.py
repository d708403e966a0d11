"""Slots: side by side, all lines that come out of one box; the first is the wire, each other one a judged way."""

from dataclasses import dataclass, field

from auditor.report.diagram.view import AtClients, Internet, ThroughDevice, View, Way

SPACING = 14.0


@dataclass(slots=True)
class Slots:
    """How many slots each box has, and which of them a way uses at a station: where it comes in, where it goes out."""

    counts: dict[str, int] = field(default_factory=dict)
    used: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """Number of slots of a box, its wire included."""
        return self.counts.get(key, 1)

    def take(self, key: str) -> int:
        """Take the next slot of a box."""
        slot = self.counts.get(key, 1)
        self.counts[key] = slot + 1
        return slot


def slots_of(view: View) -> Slots:
    """Give each drawn way its slots; a way to the internet leaves a box straight on.

    At a device they stand in the order of the clients that they come from. At clients those to others on the left come
    first and those to others on the right last, so that as few lines as may be cross.
    """
    slots = Slots()
    place = {box.key: number for number, box in enumerate(view.clients)}
    order = sorted(drawn(view), key=lambda way: (_start(way, place), way.number))
    for way in order:
        for index, station in enumerate(way.stations):
            if isinstance(station, ThroughDevice):
                following = way.stations[index + 1] if index + 1 < len(way.stations) else None
                key = box_key(view, station.name)
                coming = slots.take(key)
                going = coming if following is None or isinstance(following, Internet) else slots.take(key)
                slots.used[way.number, index] = (coming, going)
    ends = [(way, i, s.key) for way in order for i, s in enumerate(way.stations) if isinstance(s, AtClients)]
    for way, index, key in sorted(ends, key=lambda end: (place[end[2]], _side(end[0], end[1], place), end[0].number)):
        slot = slots.take(key)
        slots.used[way.number, index] = (slot, slot)
    return slots


def _start(way: Way, place: dict[str, int]) -> int:
    first = way.stations[0]
    return place.get(first.key, 0) if isinstance(first, AtClients) else 0


def _side(way: Way, index: int, place: dict[str, int]) -> int:
    """Where a way goes from its clients: -1 to clients on the left, 1 to clients on the right, 0 up to a device."""
    if any(isinstance(each, ThroughDevice) for each in way.stations):
        return 0
    own = way.stations[index]
    others = [each for each in (way.stations[0], way.stations[-1]) if isinstance(each, AtClients) and each != own]
    if not others or not isinstance(own, AtClients):
        return 0
    return 1 if place[others[0].key] > place[own.key] else -1


def drawn(view: View) -> tuple[Way, ...]:
    """The ways that have a number."""
    return tuple(way for way in view.ways if way.number)


def box_key(view: View, device: str) -> str:
    """Key of the box that shows a device."""
    box = view.box_of(device)
    return device if box is None else box.key


def spread(middle: float, number: int, room: float, spacing: float = SPACING) -> tuple[float, ...]:
    """Positions of slots around a middle, closer together where there is little room."""
    step = spacing if number < 2 else min(spacing, room / number)
    return tuple(middle + step * (slot - (number - 1) / 2) for slot in range(number))
