"""Ethernet frames with one IPv4 packet each, as the clients of the lab send and see them.

Source: RFC 791 (IPv4), RFC 768 (UDP), RFC 9293 (TCP), RFC 792 (ICMP), RFC 1071 (checksum).
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}
_NAMES = {number: name for name, number in NUMBERS.items()}
_ECHO_REPLY, _ECHO = 0, 8
_HELLO = b"hello"

SYN, ACK, PUSH = 0x02, 0x10, 0x08


@dataclass(frozen=True)
class Packet:
    """One packet. Of an echo request the source port is the identifier, of its reply the destination port."""

    protocol: str
    source: IPv4Address
    destination: IPv4Address
    source_port: int
    destination_port: int
    flags: int = 0
    sequence: int = 0
    acknowledged: int = 0
    data: bytes = b""
    reply: bool = False


def frame(packet: Packet, ours: bytes, theirs: bytes) -> bytes:
    """A frame from our MAC address to theirs."""
    body = _BODIES[packet.protocol](packet)
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(body),
        0,
        0,
        64,
        NUMBERS[packet.protocol],
        0,
        packet.source.packed,
        packet.destination.packed,
    )
    head = head[:10] + _checksum(head) + head[12:]
    return theirs + ours + b"\x08\x00" + head + body


def _icmp(packet: Packet) -> bytes:
    kind, number = (_ECHO_REPLY, packet.destination_port) if packet.reply else (_ECHO, packet.source_port)
    body = struct.pack("!BBHHH", kind, 0, 0, number, 1) + _HELLO
    return body[:2] + _checksum(body) + body[4:]


def _udp(packet: Packet) -> bytes:
    size = 8 + len(_HELLO)
    body = struct.pack("!HHHH", packet.source_port, packet.destination_port, size, 0) + _HELLO
    return body[:6] + _checksum(_pseudo(packet, size) + body) + body[8:]


def _tcp(packet: Packet) -> bytes:
    ports = packet.source_port, packet.destination_port
    body = struct.pack("!HHIIBBHHH", *ports, packet.sequence, packet.acknowledged, 0x50, packet.flags, 64000, 0, 0)
    body += packet.data
    return body[:16] + _checksum(_pseudo(packet, len(body)) + body) + body[18:]


_BODIES = {"icmp": _icmp, "udp": _udp, "tcp": _tcp}


def _pseudo(packet: Packet, size: int) -> bytes:
    return packet.source.packed + packet.destination.packed + struct.pack("!HH", NUMBERS[packet.protocol], size)


def _checksum(data: bytes) -> bytes:
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def read(frame_: bytes) -> Packet | None:
    """The packet of a frame; None if it holds no TCP, UDP or echo over IPv4. Errors of ICMP are none of these."""
    if len(frame_) < 42 or frame_[12:14] != b"\x08\x00" or frame_[14] != 0x45:
        return None
    size, protocol = int.from_bytes(frame_[16:18], "big"), _NAMES.get(frame_[23], "")
    source, destination = IPv4Address(frame_[26:30]), IPv4Address(frame_[30:34])
    body = frame_[34 : 14 + size]
    match protocol:
        case "tcp":
            one, other, sequence, acknowledged, offset, flags = struct.unpack("!HHIIBB", body[:14])
            data = body[(offset >> 4) * 4 :]
            return Packet(protocol, source, destination, one, other, flags, sequence, acknowledged, data)
        case "udp":
            one, other = struct.unpack("!HH", body[:4])
            return Packet(protocol, source, destination, one, other)
        case "icmp" if body[0] in (_ECHO, _ECHO_REPLY):
            number, reply = int.from_bytes(body[4:6], "big"), body[0] == _ECHO_REPLY
            ports = (0, number) if reply else (number, 0)
            return Packet(protocol, source, destination, *ports, reply=reply)
        case _:
            return None
