"""A NetBox that stalls, breaks off, or cannot prove who it is: one clear mistake, and no hang."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor.errors import InventoryError
from tests.inventory.sources.netbox_server import TOKEN
from tests.inventory.sources.reading import sourced
from tests.inventory.sources.test_netbox import reveal, source

pytest.importorskip("pynetbox")

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def _answering(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Listen on loopback, and give each connection to `answer`; what came first is kept."""
    over, heard = threading.Event(), list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not over.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                with client:
                    client.settimeout(5)
                    heard.append(client.recv(65536))
                    answer(client, over)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


def _complaint(url: str, folder: Path) -> str:
    with pytest.raises(InventoryError) as raised:
        sourced(source(url), folder, reveal)
    assert str(raised.value).startswith("inventory.yaml:1: sources[1].netbox: ")
    assert TOKEN not in str(raised.value)
    return str(raised.value)


def _says_nothing(_client: socket.socket, over: threading.Event) -> None:
    over.wait()


def _stops_in_the_middle(client: socket.socket, over: threading.Event) -> None:
    client.sendall(_HEAD + b'Content-Length: 5000\r\n\r\n{"count": 3, "results": [')
    over.wait()


@pytest.mark.parametrize("answer", [_says_nothing, _stops_in_the_middle])
def test_a_server_that_stalls_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket, threading.Event], None]
) -> None:
    from auditor.inventory.sources import netbox_session

    monkeypatch.setattr(netbox_session, "READ", 0.3)
    with _answering(answer) as (port, _):
        assert "NetBox did not answer in 0.3 seconds" in _complaint(f"http://127.0.0.1:{port}", tmp_path)


@pytest.mark.parametrize(
    "sent",
    [
        _HEAD + b'Content-Length: 5000\r\n\r\n{"count": 3, "next": null, "results": [',
        _HEAD + b'Transfer-Encoding: chunked\r\n\r\n20\r\n{"count": 3,',
        _HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
    ],
)
def test_a_page_that_breaks_off_is_no_shorter_list(tmp_path: Path, sent: bytes) -> None:
    def answer(client: socket.socket, _over: threading.Event) -> None:
        client.sendall(sent)

    with _answering(answer) as (port, _):
        assert "NetBox's answer about dcim/sites broke off" in _complaint(f"http://127.0.0.1:{port}", tmp_path)


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_token_is_sent(tmp_path: Path) -> None:
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("needs openssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    refused: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            try:
                with client, context.wrap_socket(client, server_side=True) as wrapped:
                    refused.append(wrapped.recv(65536).decode())
            except OSError:
                refused.append("")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        complaint = _complaint(f"https://127.0.0.1:{listening.getsockname()[1]}", tmp_path)
        thread.join(10)
    assert "its certificate is not trusted" in complaint
    assert refused == [""]
