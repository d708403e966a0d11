"""A Linux host that answers from a directory laid out like a saved capture, as a user without root's rights sees it.

It is a script, so that it can be the forced command of a real SSH server. What lies in `denied` is refused to the user
and readable through `sudo -n`, if `sudoers` allows exactly that command.
"""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auditor.collect.elevation import sudoers_line
from auditor.collect.layout import place
from auditor.profiles import Command, load_profile
from tests.fakes.batched import IN_SHELL

PROFILE = load_profile("linux")


@dataclass(frozen=True, slots=True)
class LinuxHost:
    """The files of a host by path, the paths and outputs that only root may see, and what `sudo -n` lets pass.

    `sudo` names commands as they are typed behind `sudo -n`, without the quotes of the shell.
    """

    files: dict[str, str]
    denied: frozenset[str] = frozenset()
    sudo: tuple[str, ...] = ()

    def script(self, folder: Path) -> Path:
        """Write the host below a folder and return the script that answers for it."""
        root = folder / "root"
        for path, text in self.files.items():
            file = root / place(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (folder / "denied").write_text("".join(f"{path}\n" for path in sorted(self.denied)))
        (folder / "sudoers").write_text("".join(f"{line}\n" for line in self.sudo))
        file = folder / "answer"
        file.write_text(_SCRIPT.replace("FOLDER", shlex.quote(str(folder))).replace("OUTPUTS", "\n".join(_outputs())))
        file.chmod(0o755)
        return file


def _outputs() -> Iterable[str]:
    """One case for each command that is not about a path: where its output lies."""
    for command in PROFILE.commands:
        if not command.holes:
            yield f"{shlex.quote(_plain(command))}) give {shlex.quote(command.stores)};;"
        elif "path" not in command.holes:
            before, _, after = _plain(command).partition("{" + next(iter(command.holes)) + "}")
            name, _, end = command.stores.partition("{" + next(iter(command.holes)) + "}")
            yield (
                f"{shlex.quote(before)}*{shlex.quote(after)}) name=${{line#{shlex.quote(before)}}};"
                f" name=${{name%{shlex.quote(after)}}}; give {shlex.quote(name)}$name{shlex.quote(end)};;"
            )


def _plain(command: Command) -> str:
    """The command with the bare name of its program, as the script compares it."""
    return f"{command.program}{command.run[len(command.run.split(' ')[0]) :]}"


def allowed(command_id: str, value: str = "") -> str:
    """What sudoers would have to allow for a command, without its quoting."""
    command = PROFILE.command(command_id)
    assert command is not None
    line = sudoers_line(command, value, "audit").partition("NOPASSWD: ")[2]
    return line.removesuffix(' ""').replace("\\", "")


_SCRIPT = (
    f"""#!/bin/sh
{IN_SHELL}"""
    + """cd FOLDER || exit 99
printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> asked
line=$SSH_ORIGINAL_COMMAND root=
case $line in
"sudo -n "*)
    line=${line#sudo -n }
    if ! printf '%s\\n' "$line" | tr -d "'" | grep -qxF -f sudoers; then
        echo "sudo: a password is required" >&2
        exit 1
    fi
    root=yes;;
esac
program=${line%% *}
bare=${program##*/}
line=$bare${line#"$program"}
refused() { echo "$bare: $1: Permission denied" >&2; exit 1; }
absent() { echo "$bare: $1: No such file or directory" >&2; exit 1; }
give() {
    [ -n "$root" ] || ! grep -qxF -- "$1" denied || refused "$1"
    [ -f "root/$1" ] || absent "$1"
    exec cat "root/$1"
}
within() {
    line=${line#"$1"}
    line=${line%"'"}
}
case $line in
OUTPUTS
"cat '/"*) within "cat '"; give "$line";;
"stat -c %Y '/"*)
    # Who may see that a file is there may see when it was changed, whether they may read it or not.
    within "stat -c %Y '"
    [ -f "root/$line" ] || absent "$line"
    echo 1771000000
    exit;;
"ls -1 '/"*)
    within "ls -1 '"
    [ -n "$root" ] || ! grep -qxF -- "$line" denied || refused "$line"
    [ -d "root/$line" ] || absent "$line"
    exec ls -1 "root/$line";;
esac
echo "sh: 1: $bare: not found" >&2
exit 127
"""
)
