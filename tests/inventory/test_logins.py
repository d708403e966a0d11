"""Where credentials are kept is read as it was written; a mistake has its line and shows nothing that may be secret."""

from pathlib import Path

import pytest

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
from auditor.errors import InventoryError
from auditor.inventory import loads

FILE = Path("inventories/shops.yaml")
DEVICE = "sites: {{s: {{devices: {{gw: {{host: h, platform: p, {key}: {value}}}}}}}}}\n"


def _read(key: str, value: str) -> CredentialRef | None:
    (device,) = loads(DEVICE.format(key=key, value=value).encode(), FILE).sites[0].devices
    return device.credentials if key == "credentials" else device.enable


def _mistakes(key: str, value: str) -> str:
    with pytest.raises(InventoryError) as caught:
        _read(key, value)
    assert {mistake.line for mistake in caught.value.mistakes} == {1}
    return "\n".join(str(mistake) for mistake in caught.value.mistakes)


WITHOUT_KEYS = [
    ("{env: P}", Environment("P")),
    ("{keyring: shops}", Keyring("shops")),
    ("{prompt: true}", Prompt()),
    ("{command: [pass, show, shops/routers]}", PasswordCommand(("pass", "show", "shops/routers"))),
    ('{command: ["/opt/a b/ask", "$HOME; id", "--x=y"]}', PasswordCommand(("/opt/a b/ask", "$HOME; id", "--x=y"))),
    ("{vault: secret/shops/routers, field: password}", Vault("secret/shops/routers", "password")),
    ("{vault: /secret/shops/, field: p}", Vault("secret/shops", "p")),
]
KEY = KeyFile(FILE.parent / "id")


@pytest.mark.parametrize(("text", "expected"), WITHOUT_KEYS)
@pytest.mark.parametrize("key", ["credentials", "enable"])
def test_places_of_secrets(key: str, text: str, expected: CredentialRef) -> None:
    assert _read(key, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{agent: true}", Agent()),
        ("{key_file: id}", KEY),
        ("{key_file: id, passphrase_env: P}", KeyFile(KEY.path, "P")),
        ("{interactive: true}", Interactive()),
        ("{interactive: true, agent: true}", Interactive(Agent())),
        ("{interactive: true, key_file: id}", Interactive(KEY)),
        ("{interactive: true, key_file: id, passphrase_env: P}", Interactive(KeyFile(KEY.path, "P"))),
    ],
)
def test_keys_and_answers(text: str, expected: CredentialRef) -> None:
    assert _read("credentials", text) == expected
    assert "expected one of {env: NAME}" in _mistakes("enable", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "expected one of"),
        ("{env: P, prompt: true}", "expected one of"),
        ("{agent: true, key_file: id}", "expected one of"),
        ("{interactive: true, env: P}", "expected one of"),
        ("{interactive: true, agent: true, key_file: id}", "expected one of"),
        ("{interactive: true, command: [pass]}", "expected one of"),
        ("{interactive: false}", "credentials.interactive"),
        ("{command: pass show hunter2}", "expected a list: the program and each argument by itself"),
        ("{command: []}", "credentials.command"),
        ('{command: [pass, ""]}', "an argument of one line"),
        ('{command: [pass, "hunter2\\nx"]}', "an argument of one line"),
        ("{command: [pass, {hunter2: x}]}", "an argument of one line"),
        ("{vault: secret/shops/routers}", "say which `field` of the secret it is"),
        ("{vault: hunter2, field: p}", "the mount comes first"),
        ("{vault: secret/../hunter2, field: p}", "the mount comes first"),
        ("{vault: secret//hunter2, field: p}", "the mount comes first"),
        ('{vault: secret/x, field: ""}', "the name of a field"),
        ("{env: P, field: p}", "belongs to `vault`"),
        ("{agent: true, passphrase_env: P}", "belongs to `key_file`"),
        ("{interactive: true, passphrase_env: P}", "belongs to `key_file`"),
        ("{comand: [pass]}", "did you mean 'command'?"),
    ],
)
def test_mistakes(text: str, expected: str) -> None:
    told = _mistakes("credentials", text)
    assert expected in told
    assert "hunter2" not in told
