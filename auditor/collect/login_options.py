"""What asyncssh is told for one login: algorithms, keys, and what of the user's SSH configuration counts."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from auditor.collect.credentials import AgentLogin, Credentials, InteractiveLogin, KeyLogin, PasswordLogin
from auditor.collect.hops import Hop
from auditor.collect.hostkeys import HostKeys
from auditor.credentials import CredentialRef, Interactive, KeyFile
from auditor.errors import CredentialMissing, DeviceError
from auditor.secrets import Secret

_ALGORITHMS = {
    # The default key exchange (sntrup761) costs ten times the CPU time on both sides; a small router feels that.
    "kex_algs": "^curve25519-sha256,curve25519-sha256@libssh.org",
    # asyncssh works chacha20-poly1305 out in several steps of Python for each packet, AES-GCM in one call: 13 ms
    # instead of 17 ms of CPU time for a visit to a simulated OpenWrt router (medians of five alternating runs of 20
    # visits). What knows no AES-GCM, as Dropbear in most builds, still gets the other.
    "encryption_algs": "^aes128-gcm@openssh.com,aes256-gcm@openssh.com",
}
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


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one login; `password` is what is sent, if it is one."""

    ssh: asyncssh.SSHClientConnectionOptions
    password: Secret | None

    @property
    def host(self) -> str:
        """The name or address to connect to, as the SSH configuration has it."""
        return str(self.ssh.host)

    @property
    def port(self) -> int:
        return int(self.ssh.port)

    @property
    def username(self) -> str:
        return str(self.ssh.username)

    @property
    def jumps(self) -> str:
        """The jump hosts that the SSH configuration names; '' for none, which OpenSSH writes as a word."""
        text = self.ssh.tunnel
        return text if isinstance(text, str) and text.lower() != "none" else ""

    @property
    def through_a_program(self) -> bool:
        """Whether the SSH configuration has a ProxyCommand for the host."""
        return bool(self.ssh.proxy_command)


class LoginOptions:
    """Makes the options of logins; each key file is read, and opened with its passphrase, once in a run."""

    def __init__(self, host_keys: HostKeys, credentials: Credentials, config: Path | None) -> None:
        self._host_keys = host_keys
        self._credentials = credentials
        self._config = config

    async def of(self, hop: Hop, *, configured_jumps: bool) -> Options:
        """Return the options of a login; raises `DeviceError` if it cannot be prepared."""
        login = await self._credentials.login(hop.username, hop.credential)
        methods = await self._methods(login, hop.credential)
        recorded = [alg for key in self._host_keys.recorded(hop.name) for alg in _signatures(key.algorithm)]
        known = tuple(alg for alg in recorded if alg in _HOST_KEYS)
        try:
            ssh: asyncssh.SSHClientConnectionOptions = await asyncssh.SSHClientConnectionOptions.construct(
                config=() if self._config is None else str(self._config),
                host=hop.host,
                port=() if hop.port is None else hop.port,
                username=() if hop.username is None else hop.username,
                tunnel=() if configured_jumps else None,
                known_hosts=([], [], []),
                server_host_key_algs=tuple(dict.fromkeys((*known, *_HOST_KEYS))),
                compression_algs=["none"],
                host_based_auth=False,
                gss_host=None,
                agent_forwarding=False,
                x11_forwarding=False,
                connect_timeout=None,
                login_timeout=0,  # the time for a login does not run while it waits for its turn or for a person
                keepalive_interval=15,
                **(_OF_OLD_DEVICES if hop.old_ssh else _ALGORITHMS),
                **methods,
            )
        except (asyncssh.Error, ValueError, OSError) as error:
            hint = "check the credential and the SSH configuration of this machine"
            raise DeviceError(f"the login cannot be prepared: {error}", hint=hint) from error
        return Options(ssh, login.password if isinstance(login, PasswordLogin) else None)

    async def _methods(
        self, login: AgentLogin | KeyLogin | PasswordLogin | InteractiveLogin, credential: CredentialRef
    ) -> dict[str, object]:
        """Return the methods of a login, and nothing but these: no key is shown where a password was asked for."""
        keys_alone = {"password_auth": False, "kbdint_auth": False}
        match login:
            case AgentLogin():
                return {**keys_alone, "ignore_encrypted": True}
            case KeyLogin(file):
                return {**keys_alone, "client_keys": [await self._key(file, credential)], "agent_path": None}
            case PasswordLogin():
                # asyncssh sends it once: as keyboard-interactive answer if that is asked for, else as password.
                return {"client_keys": None, "agent_path": None, "public_key_auth": False}
            case InteractiveLogin(first):
                asked = {"password_auth": True, "kbdint_auth": True}
                if first is None:
                    return {**asked, "client_keys": None, "agent_path": None, "public_key_auth": False}
                keys = credential.first if isinstance(credential, Interactive) else None
                return {**await self._methods(first, keys or credential), **asked}

    async def _key(self, file: Path, credential: CredentialRef) -> asyncssh.SSHKey:
        return await self._credentials.once(("key", file), lambda: self._opened(file, credential))

    async def _opened(self, file: Path, credential: CredentialRef) -> asyncssh.SSHKey:
        """Read a private key; ask for its passphrase only if it has one."""
        try:
            try:
                return asyncssh.read_private_key(file)
            except asyncssh.KeyImportError:
                if not isinstance(credential, KeyFile):
                    raise
                passphrase = await self._credentials.passphrase(credential)
                # The derivation of the key is slow on purpose; other devices go on meanwhile.
                return await asyncio.to_thread(asyncssh.read_private_key, file, passphrase.reveal())
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, OSError) as error:
            raise CredentialMissing(f"the key file {file} cannot be used: {error}") from error


def _signatures(algorithm: str) -> tuple[str, ...]:
    """The signature algorithms that a host key can be asked with."""
    return ("rsa-sha2-256", "rsa-sha2-512", "ssh-rsa") if algorithm == "ssh-rsa" else (algorithm,)
