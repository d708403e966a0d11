"""The stations of a judged way: which networks and devices of the diagram it passes, in order."""

from auditor.model import Unknown
from auditor.report.diagram.places import OTHERS, bars_of, box_key
from auditor.report.diagram.view import AtClients, Internet, NetworkBar, OnNetwork, Station, ThroughDevice
from auditor.site import Leg, Pos, Readers, Site


class Map:
    """Finds ways over the networks and devices of one site."""

    def __init__(self, site: Site, bars: tuple[NetworkBar, ...]) -> None:
        self._site = site
        self._keys = frozenset(bar.key for bar in bars)
        self._bars = {device.name: bars_of(device.name, site, bars) for device in site.devices}

    def start(self, client: Pos | Readers) -> list[Station]:
        """The first stations of a client whose place is known."""
        return [AtClients(box_key(client)), OnNetwork(client.attachment.segment.key)]

    def end(self, client: Pos | Readers, stations: list[Station]) -> None:
        """Add the last stations of a way to a client."""
        network = OnNetwork(client.attachment.segment.key)
        if stations[-1] != network:
            stations.append(network)
        stations.append(AtClients(box_key(client)))

    def through(self, stations: list[Station], device: str) -> None:
        """Add a device; where it is not in the network reached so far, another one comes between."""
        here = self._here(stations)
        theirs = self._bars.get(device, ())
        if isinstance(stations[-1], ThroughDevice):
            if stations[-1].name == device:
                return
            common = [key for key in self._bars.get(stations[-1].name, ()) if key in theirs]
            step = common[0] if common else here
            if step is not None:
                stations.append(OnNetwork(step))
        elif here is not None and theirs and here not in theirs:
            between = self._between(here, theirs)
            if between is not None:
                stations.extend([ThroughDevice(between[0]), OnNetwork(between[1])])
        stations.append(ThroughDevice(device))

    def legs(self, stations: list[Station], legs: tuple[Leg, ...]) -> None:
        """Add the routers on a way, with the networks between them."""
        for leg in legs:
            if leg.device:
                self.through(stations, leg.device)
            network = self._network_of(leg.device, leg.leaving)
            if network and not leg.uplink:
                stations.append(OnNetwork(network))

    def detour(self, stations: list[Station], device: str) -> int:
        """Put a device that stands beside the way into it, and return at which station it is."""
        if ThroughDevice(device) in stations:
            return stations.index(ThroughDevice(device))
        theirs = self._bars.get(device, ())
        networks = [n for n, each in enumerate(stations) if isinstance(each, OnNetwork)]
        index = next((n for n in networks if stations[n].key in theirs), networks[0])  # type: ignore[union-attr]
        stations[index + 1 : index + 1] = [ThroughDevice(device), stations[index]]
        return index + 1

    def out(self, stations: list[Station]) -> None:
        """Add the way from where it is to the internet."""
        last = stations[-1]
        if not (isinstance(last, ThroughDevice) and self._leads_out(last.name)):
            here = self._bars.get(last.name, ()) if isinstance(last, ThroughDevice) else (self._here(stations),)
            routers = [d.name for d in self._site.devices if self._leads_out(d.name)]
            best = next((name for name in routers if set(self._bars[name]) & set(here)), routers[0] if routers else "")
            if best:
                self.through(stations, best)
        stations.append(Internet())

    def unaudited(self) -> str:
        """A device that could not be audited and may be the router that is missing, '' if there is none."""
        access_points = {failure.device for failure in self._site.missing_access_points}
        names = [failure.device for failure in self._site.missing]
        return next((name for name in names if name not in access_points), names[0] if names else "")

    def _here(self, stations: list[Station]) -> str | None:
        return next((each.key for each in reversed(stations) if isinstance(each, OnNetwork)), None)

    def _between(self, here: str, theirs: tuple[str, ...]) -> tuple[str, str] | None:
        """A router with one foot in the network that is reached and one in another."""
        for device in self._site.devices:
            own = self._bars[device.name]
            common = [key for key in theirs if key in own]
            if here in own and common and self._leads_out(device.name):
                return device.name, common[0]
        return None

    def _leads_out(self, name: str) -> bool:
        device = next((each for each in self._site.devices if each.name == name), None)
        interfaces = () if device is None else device.interfaces.items
        return any(not isinstance(i.uplink, Unknown) and i.uplink.value for i in interfaces)

    def _network_of(self, device: str, interface: str) -> str:
        """The bar of an interface of a device, '' if it is in none."""
        for segment in self._site.segments:
            if any(each.device == device and each.key == interface for each in segment.interfaces):
                key = segment.key if segment.key in self._keys else OTHERS
                return key if key in self._keys and not segment.is_uplink else ""
        return ""
