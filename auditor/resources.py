"""Where the data lies that ships with the program: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

import auditor
from auditor.errors import DataError


def templates() -> Path:
    """Return the folder of the templates: one sub-folder per platform, one file per intent."""
    return _folder("templates", Path(auditor.__file__).parent)


def device_profiles() -> Path:
    """Return the folder of the device profiles: one YAML file per platform."""
    return _folder("device_profiles", Path(auditor.__file__).parent)


def policies() -> Path:
    """Return the folder of the policies that ship with the program."""
    return Path(auditor.__file__).parent / "policies"


def _folder(name: str, package: Path) -> Path:
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DataError(f"the folder {name} is missing from this installation; install the program again")
