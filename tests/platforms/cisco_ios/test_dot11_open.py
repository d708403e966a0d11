"""An autonomous access point with an open network beside one with a pre-shared key."""

from auditor.model import Passphrase, Stated
from auditor.platforms.cisco_ios.dot11_security import passphrase
from tests.platforms.cisco_ios.wireless_device import config

SSIDS = "dot11 ssid GUEST\n authentication open\ndot11 ssid POS\n authentication open\n wpa-psk ascii 7 0605063\n"


def test_an_open_network_has_no_passphrase() -> None:
    read = config(SSIDS, "15.3")
    found = {each.name: passphrase(read, each, Stated(frozenset(), ())) for each in read.blocks("dot11 ssid")}
    assert found["GUEST"] == Stated(Passphrase.ABSENT, found["GUEST"].spans)
    assert found["POS"] == Stated(Passphrase.USABLE, found["POS"].spans)
