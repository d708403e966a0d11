"""What BusyBox ash is given besides the words of any shell: times as UCI writes them."""

from collections.abc import Callable, Mapping

from auditor.platforms.openwrt.dhcp import uci_time
from auditor.platforms.shell import comment

FILTERS: Mapping[str, Callable[..., str]] = {"comment": comment, "uci_time": uci_time}
