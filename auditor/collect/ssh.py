"""Logins over SSH, and read-only sessions over exec channels, one channel for each command.

Only this module and `auditor.collect.interactive` open a channel to a device. It loads asyncssh, so it is imported only
by those who collect live.
"""

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from auditor.collect.credentials import AgentLogin, CredentialMissing, Credentials, KeyLogin, PasswordLogin, identity
from auditor.collect.gate import Gate
from auditor.collect.hostkeys import HostKey, HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.session import Output, decoded
from auditor.collect.target import Target
from auditor.credentials import Agent, KeyFile
from auditor.errors import AuditorError, DeviceError, LoginRefused, Unreachable

# The default key exchange (sntrup761) costs ten times the CPU time on both sides; a small router feels that.
_KEY_EXCHANGE = "^curve25519-sha256,curve25519-sha256@libssh.org"
# Broken or weak, so only where the inventory asks for them: all that some releases of IOS 12 and 15.0 offer.
_OF_OLD_DEVICES = {
    "kex_algs": "+diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1",
    "encryption_algs": "+aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc",
    "mac_algs": "+hmac-sha1,hmac-sha1-96,hmac-md5",
}
# No certificates: keys are compared with what was recorded. 'ssh-rsa' is all that releases up to 19.07 offer.
_HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ssh-rsa",
)
_STDERR_LIMIT = 64 * 1024
_CLOSING_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class SshLimits:
    """Seconds for the TCP connection and for the login, and how much output of one command is read."""

    connect: float = 10.0
    login: float = 20.0
    output: int = 32 * 1024 * 1024


class SshSession:
    """One logged-in connection. Every byte that it sends to a channel has passed its gate."""

    def __init__(self, connections: tuple[asyncssh.SSHClientConnection, ...], gate: Gate, output_limit: int) -> None:
        self._connection = connections[-1]
        self._connections = connections
        self._gate = gate
        self._output_limit = output_limit

    async def run(self, command: str, timeout: float) -> Output:
        """Run one command of the read-only list; see `Session`."""
        allowed = self._gate.check(command)
        process: asyncssh.SSHClientProcess[bytes] | None = None
        complaints: asyncio.Task[tuple[bytes, bool]] | None = None
        try:
            async with asyncio.timeout(timeout):
                # The window holds all that is read: the SSH server of RouterOS drops what it has not sent yet when a
                # command ends while the window is full (seen with smaller windows: ytti/oxidized#3867).
                # Nothing of the user's SSH configuration adds to the channel: no terminal, no variables, no X11.
                process = await self._connection.create_process(
                    allowed,
                    stdin=asyncssh.DEVNULL,
                    encoding=None,
                    env={},
                    send_env=[],
                    request_pty=False,
                    x11_forwarding=False,
                    window=self._output_limit,
                )
                complaints = asyncio.create_task(_read(process.stderr, _STDERR_LIMIT))
                stdout, more = await _read(process.stdout, self._output_limit)
                if more:
                    return Output(decoded(stdout), "", None, truncated=True)
                stderr, _ = await complaints
                await process.wait_closed()
        except (asyncssh.Error, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            if isinstance(error, asyncssh.ChannelOpenError) and not self._connection.is_closed():
                return Output("", error.reason, None)
            raise Unreachable(f"the connection was lost during '{command}'") from error
        finally:
            if complaints is not None:
                complaints.cancel()
            if process is not None:
                process.close()
        if process.exit_status is None and self._connection.is_closed():
            raise Unreachable(f"the connection was lost during '{command}'")
        return Output(decoded(stdout), decoded(stderr), process.exit_status)

    async def close(self) -> None:
        """Close the connection and those it goes through."""
        await close_all(self._connections)


async def _read(stream: asyncssh.SSHReader[bytes], limit: int) -> tuple[bytes, bool]:
    """Read to the end or to the limit, and say whether there was more."""
    pieces: list[bytes] = []
    size = 0
    while piece := await stream.read(64 * 1024):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            return b"".join(pieces)[:limit], True
    return b"".join(pieces), False


async def close_all(connections: tuple[asyncssh.SSHClientConnection, ...]) -> None:
    """Close connections, the innermost first; never raises."""
    for connection in reversed(connections):
        connection.close()
        with contextlib.suppress(TimeoutError, asyncssh.Error, OSError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await connection.wait_closed()


@dataclass(slots=True)
class _Greeting(asyncssh.SSHClient):
    """Compares the host key; keeps the verdict, because asyncssh only takes yes or no."""

    host_keys: HostKeys
    name: str
    accepted: bool = False
    refused_because: AuditorError | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        algorithm, data = key.export_public_key("openssh").decode("ascii").split()[:2]
        try:
            self.host_keys.check(self.name, HostKey(algorithm, data))
        except AuditorError as error:
            self.refused_because = error
            return False
        self.accepted = True
        return True


@dataclass(frozen=True, slots=True)
class SshConnector:
    """Opens sessions. One connector serves one run, so that its guard sees all logins.

    `config` is an SSH client configuration instead of `~/.ssh/config`.
    """

    host_keys: HostKeys
    credentials: Credentials
    guard: LockoutGuard
    limits: SshLimits = field(default_factory=SshLimits)
    config: Path | None = None

    async def connect(self, target: Target, gate: Gate) -> SshSession:
        """Log in to a device; raises one of the `DeviceError`s. It tries once."""
        return SshSession(await self.connections(target), gate, self.limits.output)

    async def connections(self, target: Target) -> tuple[asyncssh.SSHClientConnection, ...]:
        """Log in to the jump hosts of a device, and to the device, which is the last."""
        options = await self._options(target)
        credential = identity(options.username, target.credential)
        self.guard.check(credential)
        jumps: tuple[asyncssh.SSHClientConnection, ...] = ()
        # What OpenSSH writes for "no jump host" is the word none.
        if isinstance(options.tunnel, str) and options.tunnel.lower() != "none":
            jumps = await self._through(options.tunnel, target)
        try:
            with contextlib.ExitStack() as opened:
                # The TCP connection comes before the guard, so that devices that are down do not block logins.
                direct = not jumps and not options.proxy_command
                sock = await self._open_socket(options.host, options.port) if direct else None
                if sock is not None:
                    opened.enter_context(sock)
                async with self.guard.login(credential):
                    # The session lives on a duplicate; what was opened here is closed here, whatever happens.
                    connection = await self._login(target.name, options, jumps, sock.dup() if sock else None)
        except BaseException:
            await close_all(jumps)
            raise
        return (*jumps, connection)

    async def _through(self, hops: str, target: Target) -> tuple[asyncssh.SSHClientConnection, ...]:
        """Log in to the jump hosts, in order. A password of the device is never sent to one of them."""
        connections: tuple[asyncssh.SSHClientConnection, ...] = ()
        try:
            for hop in hops.split(","):
                step = _jump_target(hop.strip(), target)
                options = await self._options(step, tunnel=None)
                async with self.guard.login(identity(options.username, step.credential) + f" at {step.name}"):
                    connections = (*connections, await self._login(step.name, options, connections, None))
        except BaseException:
            await close_all(connections)
            raise
        return connections

    async def _options(
        self, target: Target, tunnel: str | tuple[()] | None = ()
    ) -> asyncssh.SSHClientConnectionOptions:
        login = await self.credentials.login(target.username, target.credential)
        arguments: dict[str, object] = {}
        algorithms: dict[str, str] = _OF_OLD_DEVICES if target.old_ssh else {"kex_algs": _KEY_EXCHANGE}
        match login:
            case AgentLogin():
                arguments = {"password_auth": False, "kbdint_auth": False, "ignore_encrypted": True}
            case KeyLogin(file):
                key = await self._key(file, target.credential)
                arguments = {
                    "client_keys": [key],
                    "agent_path": None,
                    "password_auth": False,
                    "kbdint_auth": False,
                }
            case PasswordLogin(password):
                # asyncssh sends it once: as keyboard-interactive answer if that is asked for, else as password.
                arguments = {
                    "password": password.reveal(),
                    "client_keys": None,
                    "agent_path": None,
                    "public_key_auth": False,
                }
        recorded = [alg for key in self.host_keys.recorded(target.name) for alg in _signatures(key.algorithm)]
        known = tuple(alg for alg in recorded if alg in _HOST_KEYS)
        try:
            options: asyncssh.SSHClientConnectionOptions = await asyncssh.SSHClientConnectionOptions.construct(
                config=() if self.config is None else str(self.config),
                host=target.host,
                port=() if target.port is None else target.port,
                username=() if target.username is None else target.username,
                tunnel=target.jump_host or tunnel,
                known_hosts=([], [], []),
                server_host_key_algs=tuple(dict.fromkeys((*known, *_HOST_KEYS))),
                compression_algs=["none"],
                host_based_auth=False,
                gss_host=None,
                agent_forwarding=False,
                x11_forwarding=False,
                connect_timeout=None,
                login_timeout=self.limits.login,
                keepalive_interval=15,
                **algorithms,
                **arguments,
            )
            return options
        except (asyncssh.Error, ValueError, OSError) as error:
            hint = "check the credential and the SSH configuration of this machine"
            raise DeviceError(f"the login cannot be prepared: {error}", hint=hint) from error

    async def _key(self, file: Path, credential: object) -> asyncssh.SSHKey:
        """Read a private key; ask for its passphrase only if it has one."""
        try:
            try:
                return asyncssh.read_private_key(file)
            except asyncssh.KeyImportError:
                if not isinstance(credential, KeyFile):
                    raise
                passphrase = await self.credentials.passphrase(credential)
                # The derivation of the key is slow on purpose; other devices go on meanwhile.
                return await asyncio.to_thread(asyncssh.read_private_key, file, passphrase.reveal())
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, OSError) as error:
            raise CredentialMissing(f"the key file {file} cannot be used: {error}") from error

    async def _login(
        self,
        name: str,
        options: asyncssh.SSHClientConnectionOptions,
        jumps: tuple[asyncssh.SSHClientConnection, ...],
        sock: socket.socket | None,
    ) -> asyncssh.SSHClientConnection:
        greeting = _Greeting(self.host_keys, name)
        try:
            async with asyncio.timeout(self.limits.login):
                return await asyncssh.connect(
                    options.orig_host,
                    options.port,
                    options=options,
                    client_factory=lambda: greeting,
                    tunnel=jumps[-1] if jumps else None,
                    sock=sock,
                )
        except (asyncssh.Error, OSError) as error:
            raise _as_device_error(error, greeting, self.limits) from error

    async def _open_socket(self, host: str, port: int) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.limits.connect):
                addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                failed = OSError(f"{host} has no address")
                for family, _, _, _, address in addresses:
                    try:
                        return await _open(loop, family, address)
                    except OSError as error:
                        failed = error
                raise failed
        except TimeoutError as error:
            raise Unreachable(f"{host} port {port} did not answer in {self.limits.connect:g} s") from error
        except OSError as error:
            raise Unreachable(f"cannot connect to {host} port {port}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    """Say why in the system's words; asyncio puts its own around them."""
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)


async def _open(loop: asyncio.AbstractEventLoop, family: int, address: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _as_device_error(error: Exception, greeting: _Greeting, limits: SshLimits) -> AuditorError:
    """Say what a failed login means.

    Once the host key was accepted, the login has begun. Whatever fails from there on counts as a refusal:
    a device that closes the connection may have counted it as one, and a second try could lock the account.
    """
    if greeting.refused_because is not None:
        return greeting.refused_because
    if isinstance(error, asyncssh.PermissionDenied):
        return LoginRefused("the device refused the login")
    told = f"no answer in {limits.login:g} s" if isinstance(error, TimeoutError) else str(error)
    if greeting.accepted:
        return LoginRefused(f"the login failed: {told}")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        hint = "its SSH server is too old or too strict for this machine; `old_ssh: true` allows what old devices need"
        return Unreachable(f"no common SSH algorithm: {told}", hint=hint)
    return Unreachable(f"no SSH session came up: {told}")


def _jump_target(hop: str, target: Target) -> Target:
    user, _, place = hop.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        host, port = place, ""
    credential = target.credential if isinstance(target.credential, KeyFile) else Agent()
    return Target(
        name=host,
        platform="",
        host=host.strip("[]"),
        credential=credential,
        port=int(port) if port else None,
        username=user or None,
    )


def _signatures(algorithm: str) -> tuple[str, ...]:
    """The signature algorithms that a host key can be asked with."""
    return ("rsa-sha2-256", "rsa-sha2-512", "ssh-rsa") if algorithm == "ssh-rsa" else (algorithm,)
