"""Reads where credentials are kept; the credentials themselves never stand in an inventory."""

from auditor.credentials import (
    Agent,
    CredentialRef,
    Environment,
    Interactive,
    KeyFile,
    Keyring,
    PasswordCommand,
    Prompt,
    Vault,
)
from auditor.inventory import formats
from auditor.inventory.document import Items
from auditor.inventory.fields import Fields
from auditor.inventory.formats import Format, Wrong

_SECRETS = "{env: NAME}, {keyring: SERVICE}, {command: [PROGRAM, ARGUMENT]}, {vault: PATH, field: NAME}, {prompt: true}"
SECRETS = f"one of {_SECRETS}"
CREDENTIALS = f"one of {{agent: true}}, {{key_file: PATH}}, {_SECRETS}, {{interactive: true}}"
_BESIDE = {"passphrase_env": "key_file", "field": "vault"}


def _argument(text: str) -> str:
    if not text or len(text) > 1000 or not text.isprintable():
        raise Wrong
    return text


def _vault_path(text: str) -> str:
    parts = text.strip("/").split("/")
    if len(parts) < 2 or not all(parts) or {".", ".."} & set(parts) or not text.isprintable():
        raise Wrong("the mount comes first, then the path of the secret in it")
    return "/".join(parts)


_ARGUMENT = Format("an argument of one line", _argument, private=True)
_VAULT_PATH = Format("the path of a secret like secret/shops/routers", _vault_path, private=True)
_FIELD = Format("the name of a field of the secret", _argument, private=True)


def read_enable(layer: Fields) -> CredentialRef | None:
    """Read where the enable secret is; neither a key nor what the SSH server asks is one."""
    credential = read_credentials(layer, "enable", SECRETS)
    if isinstance(credential, Agent | KeyFile | Interactive):
        layer.wrong("enable", f"expected {SECRETS}")
        return None
    return credential


def read_credentials(layer: Fields, key: str, expected: str) -> CredentialRef | None:
    """Read where the credential behind a key is kept; a mistake gives None."""
    inside = layer.fields(key, expected)
    if inside is None:
        return None
    key_file = inside.scalar("key_file", formats.KEY_FILE)
    passphrase_env = inside.scalar("passphrase_env", formats.ENVIRONMENT)
    variable = inside.scalar("env", formats.ENVIRONMENT)
    service = inside.scalar("keyring", formats.SERVICE)
    argv = _command(inside)
    vault = inside.scalar("vault", _VAULT_PATH)
    field = inside.scalar("field", _FIELD)
    agent = inside.scalar("agent", formats.TRUE)
    prompt = inside.scalar("prompt", formats.TRUE)
    interactive = inside.scalar("interactive", formats.TRUE)
    inside.finish()
    kinds = inside.table.entries.keys() - _BESIDE.keys()
    if len(kinds) != 1 and not (len(kinds) == 2 and "interactive" in kinds and kinds & {"key_file", "agent"}):
        layer.wrong(key, f"expected {expected}")
    for beside, main in _BESIDE.items():
        if inside.has(beside) and not inside.has(main):
            inside.wrong(beside, f"belongs to `{main}`")
    if inside.has("vault") and not inside.has("field"):
        inside.wrong("vault", "say which `field` of the secret it is")
    keys = KeyFile(inside.beside(key_file), passphrase_env) if key_file is not None else Agent() if agent else None
    if interactive:
        return Interactive(keys)
    if keys is not None:
        return keys
    if variable is not None:
        return Environment(variable)
    if service is not None:
        return Keyring(service)
    if argv:
        return PasswordCommand(argv)
    if vault is not None and field is not None:
        return Vault(vault, field)
    return Prompt() if prompt else None


def _command(inside: Fields) -> tuple[str, ...]:
    """Read a program with its arguments; one text would need a shell to take it apart, and there is none."""
    argv = inside.scalars("command", _ARGUMENT) or ()
    if not inside.has("command"):
        return ()
    node = inside.table.entries["command"][1]
    if not isinstance(node, Items) or not node.nodes:
        inside.wrong("command", "expected a list: the program and each argument by itself, such as [pass, show, shops]")
        return ()
    return argv
