"""The run of a command: what arrives is kept, and with `--resume` what is kept is not asked for again."""

import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from auditor import __version__
from auditor.capture import Capture, Failure, FailureKind
from auditor.cli.interruption import Interruption
from auditor.cli.keeping import hide_from_git, tidied
from auditor.cli.workplace import Workplace, redactor
from auditor.collect.lockout import REFUSALS_IN_A_ROW
from auditor.collect.target import Target
from auditor.errors import UsageError
from auditor.inventory import Inventory
from auditor.profiles import Profile
from auditor.runs import Failed, Manifest, Run, Saved, find, fingerprint

INTERRUPTED = 130
"""The exit code of a run that a signal ended, as shells have it for SIGINT."""

_NOT_AGAIN = (FailureKind.REFUSED, FailureKind.NOT_TRIED)
_STALE = timedelta(hours=24)
"""A capture that is older is asked for again: verdicts of a run speak of one day."""


@dataclass(frozen=True, slots=True)
class Resume:
    """What was typed: the run to go on with, and whether refused logins are tried once more."""

    run: str | None = None
    retry_refused: bool = False


@dataclass(slots=True)
class Recording:
    """What gathering keeps and need not ask for; `run` None keeps nothing."""

    run: Run | None = None
    retry_refused: bool = False
    interruption: Interruption = field(default_factory=Interruption)
    _asked: dict[str, str] = field(default_factory=dict)

    def begin(self, targets: Sequence[Target], profiles: Mapping[str, Profile]) -> dict[str, Capture | Failure | None]:
        """Return what need not be asked for, by device; None: a capture that the run keeps."""
        if self.run is None:
            return {}
        lines = {name: repr(profile.commands) for name, profile in profiles.items()}
        self._asked = {target.name: _asked(target, lines[target.recipe]) for target in targets}
        there: dict[str, Capture | Failure | None] = {}
        changed = old = 0
        now = datetime.now(UTC)
        for name, asked in self._asked.items():
            line = self.run.known.get(name)
            if line is None:
                continue
            if line.asked != asked:
                changed += 1
                continue
            match line:
                case Saved(taken_at=taken_at) if not timedelta(0) <= now - taken_at <= _STALE:
                    old += 1
                case Saved() if self.run.capture(name) is not None:
                    there[name] = None
                case Failed(_, _, failure) if failure.kind in _NOT_AGAIN and not self.retry_refused:
                    there[name] = failure
                case _:
                    pass
        if self.run.known:
            self._tell(there, changed, old)
        return there

    def refusals(self) -> dict[str, int]:
        """How often each credential was refused in a row so far.

        Who tries refused logins once more gets one try with a credential that is used up, and not three.
        """
        if self.run is None:
            return {}
        most = REFUSALS_IN_A_ROW - 1 if self.retry_refused else REFUSALS_IN_A_ROW
        return {credential: min(count, most) for credential, count in self.run.refusals.items()}

    def login(self, credential: str, accepted: bool) -> None:
        """Keep that a credential was refused, or accepted after that; raises `StorageError`."""
        if self.run is not None:
            self.run.login(credential, accepted)

    def arrived(self, result: Capture | Failure) -> None:
        """Keep what arrived; raises `StorageError`."""
        if self.run is not None:
            self.run.arrived(result, self._asked[result.device])

    def code(self, code: int) -> int:
        """Return the exit code of a command that would end with `code`."""
        return INTERRUPTED if self.interruption.happened else code

    def _tell(self, there: Mapping[str, Capture | Failure | None], changed: int, old: int) -> None:
        refused = sum(isinstance(result, Failure) for result in there.values())
        words = f"{len(there) - refused} devices are there already"
        if changed:
            words += f"; {changed} are asked again, because the inventory or the list of commands changed"
        if old:
            words += f"; {old} are asked again, because what they gave is more than a day old"
        if refused:
            words += f"; {refused} refused logins are not tried again without --retry-refused"
        _say(words)


@contextmanager
def recording(
    workplace: Workplace,
    found: Inventory,
    *,
    command: str,
    resume: Resume,
    wanted: bool = True,
    quiet: bool = False,
) -> Iterator[Recording]:
    """Keep a run while the block is under way; `wanted` is False where nothing may be kept or nobody is asked."""
    if not wanted:
        if resume.run is not None:
            raise UsageError("--resume needs devices that are asked over SSH, and a run that keeps what they give")
        yield Recording()
        return
    now = datetime.now(UTC)
    key = sha256(b"auditor redaction key\0" + redactor().key).hexdigest()[:16]
    words = _without_resume(sys.argv[1:])
    about = Manifest("", now, __version__, command, tuple(words), found.sha256, key)
    if resume.run is None:
        taken = Run.create(workplace.runs, workplace.objects, about, random=lambda: secrets.token_hex(2))
    else:
        taken = Run.at(find(workplace.runs, resume.run), workplace.objects)
        _refuse(taken.manifest, about)
    again = shlex.join(["auditor", *words, "--resume", taken.manifest.id])
    hide_from_git(workplace)
    with taken as run:
        recorded = Recording(run, resume.retry_refused)
        if not quiet:
            _say(f"run {run.manifest.id}")
        try:
            yield recorded
        except BaseException:
            _say(f"what arrived is kept; go on with: {again}")
            raise
        if recorded.interruption.happened:
            _say(f"interrupted; what arrived is kept; go on with: {again}")
        else:
            run.finish(datetime.now(UTC))
    tidied(workplace)


def _refuse(old: Manifest, new: Manifest) -> None:
    """Refuse a run whose texts would mean something else now."""
    if old.version != new.version:
        why = f"was made by auditor {old.version}, and this is {new.version}"
    elif old.redaction != new.redaction:
        why = "was made with another redaction key, so that its tokens cannot be compared"
    elif (old.command == "verify") != (new.command == "verify"):
        why = f"is a run of `auditor {old.command}`, and `auditor verify` must look at the devices after the change"
    else:
        return
    raise UsageError(f"run {old.id} {why}; begin a new run")


def _asked(target: Target, commands: str) -> str:
    """Hash whom and what is asked; how long is waited does not matter."""
    where = (target.name, target.platform, target.host, target.port, target.username, target.jump_host)
    how = (target.transport, target.credential, target.enable, tuple(map(str, target.path)))
    return fingerprint(repr((where, tuple(map(repr, how)), commands)))


def _without_resume(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--resume":
            next(rest, None)
        elif not word.startswith("--resume=") and word != "--retry-refused":
            kept.append(word)
    return kept


def _say(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201 - beside whatever is shown, also when it is quiet
