"""Reads how long is waited for a device, and how much is done at the same time."""

from auditor.inventory import formats
from auditor.inventory.fields import Fields
from auditor.inventory.formats import Format, Wrong
from auditor.inventory.reaching import AtOnce, Timeouts

_TIMEOUTS = "a mapping with connect, login, command, slow_command or device"
_OF_JUMP_HOSTS = "a mapping with connect or login"
_LIMITS = "a mapping with devices, site, jump_host, address or jitter"
_LONGEST = 24 * 3600.0


def _seconds(text: str) -> float:
    seconds = formats.DURATION.parse(text).total_seconds()
    if seconds > _LONGEST:
        raise Wrong("that is longer than a day")
    return seconds


SECONDS = Format("a time like 10s, 2m or 1m30s", _seconds)


def read_timeouts(layer: Fields) -> Timeouts | None:
    """Read `timeouts`, which stand in any layer and at a device; None if nothing is said."""
    inside = layer.fields("timeouts", _TIMEOUTS)
    if inside is None:
        return None
    timeouts = Timeouts(
        connect=inside.scalar("connect", SECONDS),
        login=inside.scalar("login", SECONDS),
        command=inside.scalar("command", SECONDS),
        slow_command=inside.scalar("slow_command", SECONDS),
        device=inside.scalar("device", SECONDS),
    )
    inside.finish()
    return timeouts


def read_login_timeouts(jump_host: Fields) -> Timeouts | None:
    """Read the `timeouts` of a jump host, which is asked no commands; None if nothing is said."""
    inside = jump_host.fields("timeouts", _OF_JUMP_HOSTS)
    if inside is None:
        return None
    timeouts = Timeouts(connect=inside.scalar("connect", SECONDS), login=inside.scalar("login", SECONDS))
    inside.finish()
    return timeouts


def read_limits(top: Fields) -> AtOnce:
    """Read `limits`, which stand at the top level only; what is not said keeps the default of the program."""
    inside = top.fields("limits", _LIMITS)
    usual = AtOnce()
    if inside is None:
        return usual
    limits = AtOnce(
        devices=inside.scalar("devices", formats.COUNT) or usual.devices,
        site=inside.scalar("site", formats.COUNT) or usual.site,
        jump_host=inside.scalar("jump_host", formats.COUNT) or usual.jump_host,
        address=inside.scalar("address", formats.COUNT) or usual.address,
        jitter=inside.scalar("jitter", SECONDS) or usual.jitter,
    )
    inside.finish()
    return limits
