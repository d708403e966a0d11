"""The list of processes: which services run, with which arguments, and which of them are the shop's.

One line is pid, user id, seconds since the start, network namespace, control group and command line, as `ps` prints
them. The line of that `ps` itself tells in which network namespace we look. Source: procps-ng ps(1); cgroups(7);
namespaces(7).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(
    r"\s*(?P<pid>\d{1,10})\s+(?P<uid>\d{1,10})\s+(?P<age>\d{1,10})\s+(?P<netns>\d{1,20}|-)\s+(?P<cgroup>\S+)\s+(?P<args>\S.*)"
)
_HEADER = re.compile(r"\s*PID\s+UID\s+ELAPSED\s+NETNS\s+CGROUP\s+COMMAND\s*")
_CONTAINER = re.compile(
    r"docker-|/docker/|libpod|lxc\.payload|/lxc/|kubepods|machine\.slice/(?!libvirt)|crio-|incus\.payload"
)
_ASKED = ("-A", "-ww", "-o", "pid,uid,etimes,netns,cgroup:120,args")
_SESSION = re.compile(r"/user-(\d{1,10})\.slice")
_SYSTEM = (range(1000), range(61184, 65536))
"""User ids that are no people's: the system's own, and those that systemd gives to services for a while, with nobody
behind them. Directories of many users count people from far above. Source: systemd docs/UIDS-GIDS.md."""

# Daemons that other programs start for themselves, by what they write on their command lines.
_OF_OTHERS = (
    ("libvirt", re.compile(r"/libvirt/")),
    ("NetworkManager", re.compile(r"/NetworkManager/dnsmasq\.d(?![A-Za-z-])|/run/NetworkManager/dnsmasq\.pid")),
    ("LXC or LXD", re.compile(r"/(?:lxc|lxd|incus)/")),
    ("waydroid", re.compile(r"waydroid")),
)


@dataclass(frozen=True, slots=True)
class Process:
    """One process, by its line in the list; `age` is how many seconds it has run."""

    line: int
    pid: int
    uid: int
    age: int
    netns: str
    cgroup: str
    program: str
    arguments: tuple[str, ...]

    @property
    def of_others(self) -> str:
        """The program that started it for itself, '' for the shop's own."""
        words = " ".join(self.arguments)
        return next((owner for owner, pattern in _OF_OTHERS if pattern.search(words)), "")

    @property
    def asked(self) -> bool:
        """Whether it is the `ps` that made the list."""
        return self.program == "ps" and self.arguments == _ASKED

    @property
    def contained(self) -> bool:
        """Whether it runs in a container, where paths are not those of the host."""
        return _CONTAINER.search(self.cgroup) is not None

    @property
    def of_a_person(self) -> bool:
        """Whether a person started it; anybody may call a program as they like."""
        return self.person is not None

    @property
    def person(self) -> int | None:
        """The user id of the person who started it: its own, or that of the session.

        A program that takes root's rights when anybody starts it (`su`) can be given any name and arguments.
        """
        session = _SESSION.search(self.cgroup)
        uids = (self.uid, *((int(session[1]),) if session is not None else ()))
        return next((uid for uid in uids if not any(uid in system for system in _SYSTEM)), None)


def processes(text: str) -> Iterator[Process]:
    """Read the lines that are processes."""
    for number, line in enumerate(text.split("\n"), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        words = found["args"].split()
        program = words[0].rpartition("/")[2].rstrip(":")
        yield Process(
            number,
            int(found["pid"]),
            int(found["uid"]),
            int(found["age"]),
            found["netns"],
            found["cgroup"],
            program,
            tuple(words[1:]),
        )


def is_header(line: str) -> bool:
    """Whether it names the columns."""
    return _HEADER.fullmatch(line) is not None


def is_whole(found: tuple[Process, ...]) -> bool:
    """Whether all processes are shown: with `hidepid` a user sees only their own, and not the first."""
    return any(process.pid == 1 for process in found)


def asking(found: tuple[Process, ...]) -> Process | None:
    """The `ps` that made the list: where it lives is where we look; None if it is not shown."""
    return next((process for process in found if process.asked), None)


def elsewhere(process: Process, asking: Process | None) -> str:
    """Where a process lives, if its files and sockets are not those that we see, '' if they are.

    Who looks from inside a container sees that container's processes, and they are its own.
    """
    if process.contained and (asking is None or not asking.contained):
        return "a container"
    namespaces = {process.netns, asking.netns if asking is not None else "-"}
    return "another network namespace" if len(namespaces - {"-"}) == 2 else ""
