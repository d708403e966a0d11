"""A stand-in for NetBox's API on loopback: lists in pages with count, next, previous and results."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class NetBox:
    """What the server holds, what it was asked, and how it misbehaves."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    next_base: str | None = None
    most: int = 1000
    url: str = ""


def chain(sites: int, devices: int) -> NetBox:
    """Make sites with routers and switches, and one virtual machine that all share."""
    made = NetBox()
    made.lists["dcim/sites"] = [
        {"id": each, "slug": f"shop-{each}", "name": f"Shop {each}", "time_zone": "Europe/Paris", "facility": "",
         "region": {"id": 1, "slug": "north"}, "group": None, "tenant": None,
         "custom_fields": {"store": f"{each:04}", "wifi_psk": "never-read-this", "opened": None}}
        for each in range(sites)
    ]  # fmt: skip
    made.lists["dcim/devices"] = [
        {"id": each, "name": f"Gateway {each}", "site": {"id": each % sites, "slug": f"shop-{each % sites}"},
         "role": {"id": 1, "slug": "router"}, "platform": {"id": 1, "slug": "ios-xe"}, "status": {"value": "active"},
         "tags": [{"id": 1, "slug": "pos"}], "custom_fields": {},
         "primary_ip4": {"id": each, "family": 4, "address": f"10.{each >> 8}.{each & 255}.1/24"}}
        for each in range(devices)
    ]  # fmt: skip
    made.lists["virtualization/virtual-machines"] = [
        {"id": 1, "name": "resolver", "site": None, "role": {"slug": "central"}, "platform": None, "tags": [],
         "primary_ip4": None, "primary_ip6": {"address": "2001:db8::53/64"}}
    ]  # fmt: skip
    return made


@contextmanager
def serving(netbox: NetBox) -> Iterator[NetBox]:
    """Answer on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            netbox.asked.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
            status, body = _answer(netbox, self.path, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = answer  # noqa: N815 - as the library calls them

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    netbox.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield netbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(netbox: NetBox, path: str, authorization: str | None) -> tuple[int, bytes]:
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if netbox.body is not None or netbox.status != 200:
        return netbox.status, netbox.body or b'{"detail": "no"}'
    if authorization != f"Token {TOKEN}":
        return 403, b'{"detail": "Invalid token"}'
    name = parts.path.removeprefix("/api/").strip("/")
    if name not in netbox.lists:
        return 404, b'{"detail": "Not found."}'
    entries = netbox.lists[name]
    limit, offset = min(int(query.get("limit", ["50"])[0]), netbox.most), int(query.get("offset", ["0"])[0])
    following = None
    if offset + limit < len(entries):
        more = urlencode({**query, "limit": limit, "offset": offset + limit}, doseq=True)
        following = f"{netbox.next_base or netbox.url}{parts.path}?{more}"
    page = {"count": len(entries), "next": following, "previous": None, "results": entries[offset : offset + limit]}
    return 200, json.dumps(page).encode()
