"""The same tests on SQLite and on a real PostgreSQL server, which listens on a socket below the temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import sleep

import pytest

_NUMBERS = count()


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a server and give its URL up to the name of a database."""
    initdb, server, createdb = map(_program, ("initdb", "postgres", "createdb"))
    if not (initdb and server and createdb):
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("psycopg")
    root = os.geteuid() == 0
    try:
        user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    except KeyError:
        pytest.skip("no unprivileged user")
    # The path of a socket may have about 100 characters, and each folder on the way must be open to that user.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    who = user.pw_uid if root else None
    data = folder / "data"
    subprocess.run(
        [initdb, "-D", data, "-A", "trust", "-U", "auditor", "-E", "UTF8", "--no-sync"],
        check=True,
        user=who,
        cwd=folder,
        capture_output=True,
    )
    command: list[str | Path] = [server, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, user=who, cwd=folder, stdout=log, stderr=log)
    try:
        ready = False
        for _ in range(300):
            ready = (
                subprocess.run([createdb, "-h", folder, "-U", "auditor", "first"], capture_output=True).returncode == 0
            )
            if ready or process.poll() is not None:
                break
            sleep(0.1)
        assert ready, (folder / "log").read_text()
        yield f"postgresql+psycopg://auditor@/%s?host={folder}"
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty history of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    url: str = request.getfixturevalue("postgres")
    name = f"history{next(_NUMBERS)}"
    make: Callable[..., object] = subprocess.run
    make([_program("createdb"), "-h", url.rpartition("=")[2], "-U", "auditor", name], check=True)
    return url % name
