"""Whether an instance serves: what runs, and whether it listens where it is configured to."""

from auditor.model import Fact, Stated, Unknown, known_like, spans_of
from auditor.services.base import Host, Instance, Socket


def serves(host: Host, instance: Instance, port: int, configured: Fact[bool], what: str) -> Fact[bool]:
    """Whether a configured part of an instance is there for clients.

    One that is configured and does not run may run after the next start: that is not known, and never nothing.
    """
    if isinstance(configured, Unknown) or not configured.value:
        return configured
    running = instance.running
    if isinstance(running, Unknown):
        return running
    if not running.value:
        near = spans_of(running, configured)
        settle = f"start it, or remove its configuration, then collect {host.name} again"
        return Unknown(f"{what} of {instance.key} is configured, and {instance.service} does not run", near, settle)
    if silent(host, instance, port):
        near = spans_of(running, configured)
        settle = f"run on {host.name}: ss -lunp"
        return Unknown(f"{instance.service} runs, and does not listen on UDP port {port} as configured", near, settle)
    return known_like(True, *(fact for fact in (configured, running) if fact.spans or not isinstance(fact, Stated)))


def silent(host: Host, instance: Instance, port: int) -> bool:
    """Whether the sockets of a running instance were captured and none of them is on this UDP port."""
    if host.sockets is None or isinstance(instance.running, Unknown) or not instance.running.value:
        return False
    return not any(s.protocol == "udp" and s.port == port and _may_be(s, instance) for s in host.sockets)


def _may_be(socket: Socket, instance: Instance) -> bool:
    if socket.pid and instance.pid:
        return socket.pid == instance.pid
    return not socket.program or socket.program in ("dnsmasq", "pihole-FTL")


def disagreement(host: Host, instance: Instance, port: int, what: str, near: Fact[object]) -> tuple[Fact[str], ...]:
    """Say that configuration and sockets disagree, if they do."""
    if not silent(host, instance, port):
        return ()
    words = f"{instance.key} is configured to {what}, and does not listen on UDP port {port}"
    return (Stated(words, spans_of(near, instance.running)),)
