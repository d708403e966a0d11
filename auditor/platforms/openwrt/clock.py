"""`config system`: the timezone in which the device's own clock runs, by which its crontab is read.

Source: openwrt/openwrt package/base-files/files/etc/init.d/system: `zonename` counts where zone files are
installed, else `timezone`, which is a POSIX rule; LuCI writes both alike.
"""

from auditor.model import Fact
from auditor.platforms.openwrt.config import Config


def timezone(config: Config) -> Fact[str]:
    """The name of the zone, as `Europe/Paris`, or else the rule, as `CET-1CEST,M3.5.0,M10.5.0/3`."""
    for located in config.sections("system", "system"):
        rule = config.stated(located, "timezone", str)
        name = config.stated(located, "zonename", lambda text: text.replace(" ", "_"))
        return name or rule or config.default("system.timezone", str, config.header(located))
    return config.missing("system") or config.default("system.timezone", str)
