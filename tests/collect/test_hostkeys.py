"""Host keys are remembered by device name; a changed one is never accepted."""

import base64
from pathlib import Path

import asyncssh
import pytest

from auditor.collect.hostkeys import HostKey, HostKeys
from auditor.errors import AuditorError, HostKeyChanged, HostKeyUnknown

ONE = HostKey("ssh-ed25519", base64.b64encode(b"one" * 12).decode())
TWO = HostKey("ssh-ed25519", base64.b64encode(b"two" * 12).decode())


def test_an_unknown_key_is_refused_with_its_fingerprint(tmp_path: Path) -> None:
    with pytest.raises(HostKeyUnknown, match=r"gw.*ssh-ed25519 SHA256:") as error:
        HostKeys(tmp_path / "known_hosts").check("gw", ONE)
    assert ONE.fingerprint in str(error.value)
    assert not (tmp_path / "known_hosts").exists()


def test_an_unknown_key_is_recorded_on_request_and_then_known(tmp_path: Path) -> None:
    file = tmp_path / "new" / "known_hosts"
    HostKeys(file, accept_new=True).check("gw", ONE)
    HostKeys(file).check("gw", ONE)
    with pytest.raises(HostKeyUnknown):
        HostKeys(file).check("gw2", ONE)


@pytest.mark.parametrize("accept_new", [False, True])
def test_a_changed_key_is_never_accepted(tmp_path: Path, accept_new: bool) -> None:
    file = tmp_path / "known_hosts"
    HostKeys(file, accept_new=True).check("gw", ONE)
    with pytest.raises(HostKeyChanged) as error:
        HostKeys(file, accept_new=accept_new).check("gw", TWO)
    assert ONE.fingerprint in str(error.value)
    assert TWO.fingerprint in str(error.value)
    assert HostKeys(file).recorded("gw") == (ONE,)


def test_what_a_person_wrote_stays_and_counts(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    text = f"# shops\ngw,gw-lan {ONE.algorithm} {ONE.data} noted by hand\nbroken line\nx ssh-ed25519 !!!\n"
    file.write_text(text)
    keys = HostKeys(file, accept_new=True)
    keys.check("gw-lan", ONE)
    keys.check("other", TWO)
    assert file.read_text() == f"{text}other {TWO.algorithm} {TWO.data}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["known_hosts"]


@pytest.mark.parametrize("name", ["shop 1/gw", "a,b", "#x", "*", "@revoked", "|1|x", "new\nline", "café", "!gw"])
def test_a_device_name_stays_one_word_and_speaks_for_itself_alone(tmp_path: Path, name: str) -> None:
    file = tmp_path / "known_hosts"
    keys = HostKeys(file, accept_new=True)
    keys.check(name, ONE)
    assert keys.recorded(name) == (ONE,)
    assert len(file.read_text().splitlines()) == 1
    assert keys.recorded("gw") == ()


def test_the_fingerprint_is_written_as_ssh_keygen_does() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    algorithm, data = key.export_public_key("openssh").decode().split()[:2]
    assert HostKey(algorithm, data).fingerprint == key.get_fingerprint()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditorError, match="host keys"):
        HostKeys(tmp_path).recorded("gw")
