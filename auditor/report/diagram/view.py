"""What the diagram of a site shows, before anything has a position: boxes, networks, clients, and judged ways.

All texts are as devices and inventory give them; the drawing makes them visible and escapes them.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeAlias

from auditor.site import Passage


class Layer(IntEnum):
    """Rows of boxes, from the internet down."""

    ROUTER = 1
    CORE = 2
    ACCESS_POINT = 3


class Standing(StrEnum):
    """Whether a box stands for an audited device of the shop."""

    AUDITED = "audited"
    ELSEWHERE = "elsewhere"
    MISSING = "missing"


class Purpose(StrEnum):
    """What a way is for."""

    READER = "connection to readers"
    EGRESS = "way to the internet"
    NAMES = "readers' names"


@dataclass(frozen=True, slots=True)
class DeviceBox:
    """A device, or several alike; `names` are the devices that it stands for. `tag` says what is special about it."""

    names: tuple[str, ...]
    title: str
    platform: str
    layer: Layer
    standing: Standing
    lines: tuple[str, ...]
    networks: tuple[str, ...]
    uplink: bool = False
    tag: str = ""

    @property
    def key(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class NetworkBar:
    """A network that readers or points of sale use; or all others as one, which has no clients."""

    key: str
    title: str
    lines: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True, slots=True)
class ClientBox:
    """Readers, or points of sale, that are attached alike: one row a group. `network` '' if they have none.

    `lost`: they should have one, and it is not known which.
    """

    key: str
    title: str
    medium: str
    network: str
    rows: tuple[str, ...]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class AtClients:
    """A station of a way: a box of clients."""

    key: str


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """A station of a way: a network."""

    key: str


@dataclass(frozen=True, slots=True)
class ThroughDevice:
    """A station of a way: a device."""

    name: str


@dataclass(frozen=True, slots=True)
class Internet:
    """The last station of a way that leaves the shop."""


Station: TypeAlias = AtClients | OnNetwork | ThroughDevice | Internet


@dataclass(frozen=True, slots=True)
class Mark:
    """What decides a way that is not open: at which station (None: it is not known where), and in which words.

    `place` is where the line stands; `anchor` that of the finding on the page, '' if there is none.
    """

    at: int | None
    words: str
    place: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Way:
    """One judged way; ways that agree in all but their groups are one. `said` is what decides it, in words.

    `number` stands in the drawing; 0: a worse way between the same two places is drawn in its stead, or none can be.
    """

    number: int
    purpose: Purpose
    passage: Passage
    title: str
    said: str
    stations: tuple[Station, ...]
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class View:
    """All that is drawn of one site. `lacks` says what is missing for a whole picture."""

    site: str
    devices: tuple[DeviceBox, ...]
    networks: tuple[NetworkBar, ...]
    clients: tuple[ClientBox, ...]
    ways: tuple[Way, ...]
    lacks: tuple[str, ...]

    def box_of(self, device: str) -> DeviceBox | None:
        """The box that shows a device."""
        return next((box for box in self.devices if device in box.names), None)


def told(way: Way) -> str:
    """Say what becomes of a way, and what decides it."""
    answer = "not known" if way.passage is Passage.UNKNOWN else way.passage.value
    return f"{answer}; {way.said}" if way.said else answer
