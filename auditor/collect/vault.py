"""Reads a field of a secret in HashiCorp Vault, key/value store version 2.

Source: Vault's HTTP API, "KV secrets engine - version 2", "Read secret version": GET /v1/MOUNT/data/PATH.
Address, token and namespace are where Vault's own client looks for them: VAULT_ADDR, VAULT_TOKEN or `~/.vault-token`,
VAULT_NAMESPACE.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import CredentialMissing
from auditor.secrets import Secret

_ADDRESS = "https://127.0.0.1:8200"  # what Vault's own client takes
_SECONDS = 10


def read_secret(path: str, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Return all fields of a secret; the first part of the path is the mount. Raises `CredentialMissing`."""
    try:
        import hvac  # type: ignore[import-untyped]  # an optional extra
        import requests
        from hvac.exceptions import Forbidden, InvalidPath, VaultError  # type: ignore[import-untyped]
    except ImportError:
        raise CredentialMissing("Vault needs an extra: pip install auditor[vault]") from None
    mount, _, rest = path.partition("/")
    client = hvac.Client(
        url=environment.get("VAULT_ADDR") or _ADDRESS,
        token=_token(environment),
        namespace=environment.get("VAULT_NAMESPACE") or None,
        timeout=_SECONDS,
    )
    try:
        answer = client.secrets.kv.v2.read_secret_version(rest, mount_point=mount, raise_on_deleted_version=True)
        fields = answer["data"]["data"]
    except Forbidden:
        raise CredentialMissing(f"Vault refuses to show {path}: the token is not valid or may not read it") from None
    except InvalidPath:
        raise CredentialMissing(f"Vault has no secret {path}, or it was deleted") from None
    except VaultError as error:
        raise CredentialMissing(f"Vault does not give {path}: {type(error).__name__}") from None
    except requests.exceptions.RequestException as error:
        raise CredentialMissing(f"Vault cannot be reached: {type(error).__name__}") from None
    except (KeyError, TypeError, ValueError):
        raise CredentialMissing(f"Vault's answer for {path} is not that of a key/value store version 2") from None
    return fields if isinstance(fields, Mapping) else {}


def field_of(fields: Mapping[str, Any], path: str, field: str) -> Secret:
    """Return one field of a secret; raises `CredentialMissing` if it is not there or no text."""
    value = fields.get(field)
    if not isinstance(value, str) or not value:
        raise CredentialMissing(f"the secret {path} in Vault has no field {field}")
    return Secret(value)


def _token(environment: Mapping[str, str]) -> str:
    token = environment.get("VAULT_TOKEN", "").strip()
    if not token and "HOME" in environment:
        try:
            token = (Path(environment["HOME"]) / ".vault-token").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
    if not token:
        raise CredentialMissing("there is no token for Vault: set VAULT_TOKEN, or log in with `vault login`")
    return token
