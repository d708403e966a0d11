"""Asks a program, such as a password manager, for a credential."""

import asyncio
import contextlib
import os
import signal

from auditor.collect.answers import printable
from auditor.errors import CredentialMissing
from auditor.secrets import Secret
from auditor.syntax.secret_names import mask_behind_secret_words

SECONDS = 30.0  # a person may have to unlock the store first
_MOST = 64 * 1024


async def first_line(argv: tuple[str, ...], seconds: float = SECONDS) -> Secret:
    """Return the first line that a program prints; no shell takes part. Raises `CredentialMissing`."""
    program = printable(argv[0])
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # so that what it starts can be ended with it
        )
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else "an argument is not allowed"
        raise CredentialMissing(f"the command {program} cannot be run: {told}") from None
    try:
        async with asyncio.timeout(seconds):
            stdout, stderr = await asyncio.gather(_read(process.stdout), _read(process.stderr))
            status = await process.wait()
    except TimeoutError:
        raise CredentialMissing(f"the command {program} did not end in {seconds:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    line = stdout.partition(b"\n")[0].rstrip(b"\r")
    if status != 0:
        raise CredentialMissing(f"the command {program} ended with {_ending(status)}{_complaint(stderr, stdout)}")
    if not line:
        raise CredentialMissing(f"the command {program} printed nothing{_complaint(stderr, stdout)}")
    try:
        return Secret(line.decode())
    except UnicodeDecodeError:
        raise CredentialMissing(f"the command {program} printed something that is no text") from None


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """Read to the end; what is beyond any credential is dropped."""
    kept = b""
    while stream is not None and (piece := await stream.read(_MOST)):
        kept += piece[: _MOST - len(kept)]
    return kept


def _ending(status: int) -> str:
    return f"status {status}" if status > 0 else f"signal {-status}"


def _complaint(stderr: bytes, stdout: bytes) -> str:
    """Return the first line of what the program complains about, without anything that it printed elsewhere."""
    told = stderr.decode(errors="replace")
    for word in sorted(set(stdout.decode(errors="replace").split()), key=len, reverse=True):
        told = told.replace(word, "***")
    told = printable(mask_behind_secret_words(told), limit=160)
    return f": {told}" if told else ""
