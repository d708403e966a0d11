"""Reading what only root may read: `sudo -n`, its refusals, and the line of sudoers(5) that would let it pass."""

import re

from auditor.collect.answers import Answer, Refused
from auditor.collect.session import Output
from auditor.profiles import Command

_REFUSED = re.compile(
    r"^(?:sudo: .*(?:password|tty|terminal|askpass|not allowed|not permitted|may not run|effective uid|setuid"
    r"|sudoers|unable to (?:initialize|open|stat)).*"
    r"|sorry, user .* (?:is not allowed|may not)\b.*|.* is not in the sudoers file.*|.* is not allowed to run sudo.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NO_SUDO = re.compile(r"\bsudo: (?:command )?not found|sudo: No such file", re.IGNORECASE)
# sudoers(5), "Other special characters and reserved words" and "Wildcards": an argument is taken as it stands only if
# all of these are escaped.
# What stands for many users: groups, netgroups, and names in capitals (`ALL`, aliases).
_MANY = re.compile(r"[%+]|[A-Z][A-Z0-9_]*$")
_SPECIAL = re.compile(r"([\\,:=*?\[\]!# ])")


def refused_by_sudo(output: Output) -> bool:
    """Say whether it was sudo that refused, or that is missing, and not the program that it was to start."""
    if output.status == 0:
        return False
    return output.status == 127 or any(pattern.search(output.stderr) for pattern in (_REFUSED, _NO_SUDO))


def sudoers_line(command: Command, value: str, user: str) -> str:
    """Return the line that lets a user read exactly this: `audit ALL=(root) NOPASSWD: /usr/bin/cat /etc/x.conf`.

    Without arguments `""` stands for none, since nothing would stand for any.
    """
    words = [command.filled(word, value) for word in command.run.split(" ")[1:]]
    arguments = " ".join(_SPECIAL.sub(r"\\\1", word) for word in words) or '""'
    one = user.isprintable() and user and '"' not in user and _MANY.match(user) is None
    who = _SPECIAL.sub(r"\\\1", user) if one else "<user>"
    return f"{who} ALL=(root) NOPASSWD: {command.sudo} {arguments}"


def sudoers_advice(command: Command, value: str, user: str, first: Answer, second: Output) -> tuple[str, str]:
    """Say why something was not obtained, neither as the user nor through sudo, and what would let it pass."""
    refused = first.why if isinstance(first, Refused) else "the device refused it"
    why = f"{refused}; {_in_own_words(second)}"
    line = sudoers_line(command, value, user)
    return why, f"with `visudo -f /etc/sudoers.d/auditor` add the line: {line}"


def _in_own_words(output: Output) -> str:
    """Say why sudo refused without quoting it: its words hold a name of a secret, which is never quoted further."""
    told = output.stderr.lower()
    if output.status == 127 or _NO_SUDO.search(told):
        return "there is no sudo"
    if any(word in told for word in ("password", "askpass", "terminal", "tty")):
        return "sudo -n wants a password for it"
    return "sudo -n does not allow it"
