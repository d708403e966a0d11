"""Every secret that a fleet is reached with, planted at once: none comes out, whatever way the run goes."""

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncssh
import pytest

from tests.e2e.command_line import SHOP, User, inventory
from tests.fakes.bastion import FakeBastion, Wants
from tests.fakes.ios_ssh import Device as IosDevice
from tests.fakes.ios_ssh import FakeIos
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt
from tests.fakes.ssh_server import beside
from tests.inventory.sources.netbox_server import TOKEN, chain
from tests.inventory.sources.netbox_server import serving as netbox
from tests.security.test_planted_secrets import MARK, planted

__all__ = ["planted"]

_IOS = SHOP.parents[2] / "tests" / "shops" / "cisco_ios" / "healthy" / "gw"
_AUDIT = ("--debug", "audit", "inventory.yaml", "--accept-new-host-keys", "--verbose", "--out", "fixes")
_REPORTS = ("--report", "json=report.json", "--report", "html=report.html")


@contextmanager
def _vault(field: str) -> Iterator[str]:
    """A stand-in for Vault that shows one secret to whoever has the token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.headers["X-Vault-Token"] == f"{MARK}-vault-token"
            secret = {"data": {"data": {"password": field}, "metadata": {"version": 1}}}
            body = json.dumps(secret if right else {"errors": [f"no {self.headers['X-Vault-Token']}"]}).encode()
            self.send_response(200 if right else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _nothing_came_out(user: User, *outputs: str, secret: str = MARK) -> None:
    for text in outputs:
        assert secret not in text
    for file, text in user.texts().items():
        if user.folder in file.parents or user.folder.parent / "home" in file.parents:
            assert secret not in text, file


def _store(folder: Path, planted: Path) -> Path:
    """A git repository with the planted configuration of a router."""
    store = folder / "store"
    store.mkdir()
    (store / "gw").write_text((planted / "etc/config/wireless").read_text(encoding="utf-8"), encoding="utf-8")
    for words in (("init", "-q"), ("add", "-A"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")):
        subprocess.run(["git", *words], cwd=store, check=True)
    return store


def _fleet(*devices: str, more: str = "") -> str:
    shops = [inventory(device, site=f"shop-{number}").removeprefix("sites:\n") for number, device in enumerate(devices)]
    return f"{more}sites:\n" + "".join(shops)


@pytest.mark.parametrize(("workers", "vault"), [("1", "refused"), ("2", "token")])
def test_no_secret_of_a_fleet_comes_out(tmp_path: Path, planted: Path, workers: str, vault: str) -> None:
    pytest.importorskip("hvac")
    locked = tmp_path / "key"
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(locked, passphrase=f"{MARK}-passphrase")
    public = key.export_public_key("openssh").decode()
    bastion = FakeBastion(Wants(password=f"{MARK}-bastion"))
    behind = FakeOpenWrt(Device(planted, password=f"{MARK}-vault"))
    with_key = FakeOpenWrt(Device(planted, authorized_key=public))
    commanded = FakeOpenWrt(Device(planted, password=f"{MARK}-command"))
    refusing = FakeOpenWrt(Device(planted, password="another"))
    ios = FakeIos(IosDevice(_IOS, level=1, password=f"{MARK}-ios", enable=f"{MARK}-enable"))
    (tmp_path / "told").write_text(f"{MARK}-command\n")
    with _vault(f"{MARK}-vault") as address, beside(bastion, behind, with_key, commanded, refusing, ios):
        user = User.at(
            tmp_path,
            BASTION=f"{MARK}-bastion",
            PASSPHRASE=f"{MARK}-passphrase",
            WRONG=f"{MARK}-wrong",
            IOS=f"{MARK}-ios",
            ENABLE=f"{MARK}-enable",
            VAULT_ADDR=address,
            VAULT_TOKEN=f"{MARK}-vault-token" if vault == "token" else f"{MARK}-token-of-yesterday",
        )
        here = "host: 127.0.0.1, username: audit"
        wrt = f"{here}, platform: openwrt"
        user.write(
            "inventory.yaml",
            _fleet(
                f"{{gw: {{{wrt}, port: {behind.port}, jump_host: b, credentials: {{vault: a/b, field: password}}}}}}",
                f"{{gw: {{{wrt}, port: {with_key.port}, "
                f"credentials: {{key_file: {locked}, passphrase_env: PASSPHRASE}}}}}}",
                f"{{gw: {{{wrt}, port: {commanded.port}, credentials: {{command: [cat, {tmp_path}/told]}}}}}}",
                f"{{gw: {{{wrt}, port: {refusing.port}, credentials: {{env: WRONG}}}}}}",
                f"{{gw: {{{here}, platform: cisco_ios, port: {ios.port}, credentials: {{env: IOS}}, "
                "enable: {env: ENABLE}}}",
                f"{{gw: {{platform: openwrt, captures: {{git: {_store(tmp_path, planted)}, file: gw}}}}}}",
                more=f"jump_hosts: {{b: {{{here}, port: {bastion.port}, credentials: {{env: BASTION}}}}}}\n",
            ),
        )
        done = [user.run(*_AUDIT, *_REPORTS, "--workers", workers)]
        failing = {each["site"] for each in user.report()["failures"]}
        assert failing >= {"shop-3", *(("shop-0",) if vault == "refused" else ())}
        assert not failing & {"shop-1", "shop-2", "shop-4", *(("shop-0",) if vault == "token" else ())}
        assert ios.log.secrets == 1
        done.append(user.run(*_AUDIT, *_REPORTS, "--workers", workers, "--resume", "last", "--retry-refused"))
        done.append(user.run("--debug", "collect", "inventory.yaml", "--out", "captures", "--resume", "last"))
        done.append(user.run("--debug", "audit", "inventory.yaml", "--dry-run"))
    assert refusing.log.logins >= 2
    assert bastion.seen.logins > 0 or vault == "refused"
    _nothing_came_out(user, *(each.output for each in done))


def test_answers_that_a_person_types_at_a_jump_host_come_out_nowhere(tmp_path: Path, shop: Path) -> None:
    answers = (f"{MARK}-bastion", f"{MARK}-123456")
    wants = Wants(challenges=((("Password: ", False), ("Code: ", False)),), right=answers)
    bastion, router = FakeBastion(wants), FakeOpenWrt(Device(shop, password=f"{MARK}-login"))
    with beside(bastion, router):
        user = User.at(tmp_path, SHOP_PASSWORD=f"{MARK}-login")
        user.write(
            "inventory.yaml",
            _fleet(
                f"{{gw: {{host: 127.0.0.1, port: {router.port}, platform: openwrt, username: audit, "
                "credentials: {env: SHOP_PASSWORD}, jump_host: b}}",
                more=f"jump_hosts: {{b: {{host: 127.0.0.1, port: {bastion.port}, username: hop, "
                "credentials: {interactive: true}}}\n",
            ),
        )
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(user.folder)
            os.execve(sys.executable, [sys.executable, "-m", "auditor", *_AUDIT, *_REPORTS], user.environment)
        shown = b""
        for question, answer in zip((b"Password: ", b"Code: "), answers, strict=True):
            while question not in shown:
                shown += os.read(terminal, 4096)
            os.write(terminal, f"{answer}\n".encode())
        while True:
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                break
        os.waitpid(child, 0)
        os.close(terminal)
    assert bastion.seen.answers == list(answers)
    assert not user.report()["failures"]
    _nothing_came_out(user, shown.decode(errors="replace"))


@pytest.mark.parametrize("status", [200, 403, 500])
def test_the_token_of_netbox_comes_out_nowhere(tmp_path: Path, status: int) -> None:
    pytest.importorskip("pynetbox")
    with netbox(chain(sites=1, devices=2)) as served:
        served.status = status
        served.body = None if status == 200 else json.dumps({"detail": TOKEN}).encode()
        user = User.at(tmp_path, NETBOX_TOKEN=TOKEN)
        user.write("inventory.yaml", f"sources:\n  - netbox: {served.url}\n    token: {{env: NETBOX_TOKEN}}\n")
        done = [
            user.run("--debug", *words)
            for words in (("inventory", "check", "inventory.yaml"), ("audit", "inventory.yaml", "--dry-run"))
        ]
        assert any(TOKEN in line for line in served.asked), done[0].output
    _nothing_came_out(user, *(each.output for each in done), secret=TOKEN)
