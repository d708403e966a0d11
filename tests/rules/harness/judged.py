"""Real programs judge what a case claims: each configuration that it changes, and each that a fix makes of it.

Only what differs from the base shop is given to them; the base shops are judged on their own. A configuration of
which a file was not captured is not judged, as nobody knows the whole of it.
"""

from collections.abc import Iterator, Mapping

from auditor.capture import Capture
from auditor.platforms.linux.discovery_files import Root, reached, roots
from auditor.platforms.linux.services import SERVICES
from auditor.services.hostapd.arguments import configured
from tests.judges.registry import complaint
from tests.remediation.file_shell import on_device


def complaints(before: Capture | None, after: Capture) -> Iterator[tuple[str, str]]:
    """Yield main file and complaint, '' if there is none, of each configuration of a Linux host that has changed."""
    old = {} if before is None else {file.path: file.text for file in before.files}
    texts = {file.path: file.text for file in after.files}
    seen: set[tuple[str, str]] = set()
    for root in roots(texts, SERVICES):
        for main in _mains(root):
            own = dict(_own(Root(root.service, main, root.arguments), texts))
            if None in own.values() or (root.service.name, main) in seen:
                continue
            seen.add((root.service.name, main))
            files = {path: text for path, text in own.items() if text is not None}
            if all(old.get(path) == text for path, text in files.items()):
                continue
            given = {path: on_device(text).decode("utf-8", "surrogateescape") for path, text in files.items()}
            said = complaint(root.service.name, given, main)
            if said is not None:
                yield main, said


def _mains(root: Root) -> tuple[str, ...]:
    """Each file of hostapd is a configuration of its own."""
    if root.service.name != "hostapd":
        return (root.file,)
    return tuple(each.path for each in configured(root.arguments)) or (root.file,)


def _own(root: Root, texts: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The files of a configuration; None stands for one that it needs and that was not captured."""
    further = frozenset(_mains(root)) - {root.file}
    for path, include in reached(root, texts):
        if not path.startswith("/"):
            continue
        if include is not None and include.folder:
            yield from ((each, text) for each, text in texts.items() if each.rpartition("/")[0] == path)
        elif path in texts:
            yield path, texts[path]
        elif (include is None or include.required) and path not in further:
            yield path, None
