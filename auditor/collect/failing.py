"""From the error of one device to its kind of failure."""

from auditor.capture import FailureKind
from auditor.errors import (
    AuditorError,
    HostKeyChanged,
    HostKeyUnknown,
    JumpHostDown,
    LoginRefused,
    NotTried,
    Overloaded,
    Unreachable,
)


def kind_of(error: AuditorError) -> FailureKind:
    """Say what kind of failure an error is; one that has no kind of its own is the device's."""
    match error:
        case Unreachable() | JumpHostDown():
            return FailureKind.UNREACHABLE
        case LoginRefused():
            return FailureKind.REFUSED
        case NotTried():
            return FailureKind.NOT_TRIED
        case HostKeyChanged():
            return FailureKind.HOST_KEY_CHANGED
        case HostKeyUnknown():
            return FailureKind.HOST_KEY_UNKNOWN
        case Overloaded():
            return FailureKind.OVERLOAD
        case _:
            return FailureKind.DEVICE
