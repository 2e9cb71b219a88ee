"""Writes `docs/licences.md` from the installed packages and those that `assets/` ships: `make licences`."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements.txt"
# Those whose metadata are incomplete, and those of other systems, which are not installed here.
# Taken from the licence files and the metadata of their wheels.
_KNOWN = {
    "backports-zstd": "PSF-2.0",
    "brotlicffi": "MIT",
    "huey": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "skops": "MIT",
    "tzdata": "Apache-2.0",
    "waitress": "ZPL-2.1",
}
# The name, the version, the owner, and the licence.
_NOTICE = re.compile(
    r"\*\s+([A-Za-z.]+)\s[^*\n]*?v(\d[\d.]*).*?(Copyright[^\n]*).*?Licensed under (?:the )?(\w+)", re.DOTALL
)
_HEAD = """\
# Third-party licences

Clew itself is under the [MIT licence](../LICENSE). `make licences` writes this page; a test compares it with
`requirements.txt` and `assets/`.

## What this repository contains

Files in `assets/`, each with its notice in its first lines:

"""
_ASSETS_LICENCE = """
Their licence, MIT:

"""
_PACKAGES = """
## What is installed

None of these packages is in this repository: the installer downloads the versions in `requirements.txt`, each with its
own licence text.

"""


class Locked(NamedTuple):
    """A line of the lock; `where` is its environment marker, empty if it is installed everywhere."""

    name: str
    version: str
    where: str


class Asset(NamedTuple):
    """A third-party file in assets/, as its own first lines describe it."""

    file: str
    name: str
    version: str
    copyright: str
    licence: str


def locked() -> Iterator[Locked]:
    """Returns the packages of requirements.txt."""
    for line in LOCK.read_text().splitlines():
        requirement, _, where = line.partition(" ; ")
        name, _, version = requirement.partition("==")
        yield Locked(name.strip(), version.strip(), where.strip())


def assets() -> Iterator[Asset]:
    """Returns the minified third-party files in assets/."""
    for file in sorted((ROOT / "assets").glob("*.min.*")):
        notice = _NOTICE.search(file.read_text("utf-8")[:1000])
        assert notice, f"assets/{file.name} has lost its notice"
        yield Asset(file.name, *(part.strip() for part in notice.groups()))


def licence_of(package: Locked) -> str:
    """Returns its licence by its metadata; raises LookupError if another version is installed than is locked."""
    try:
        found = metadata(package.name)
    except PackageNotFoundError:
        found = None
    if package.name in _KNOWN:
        return _KNOWN[package.name]
    if found is None or found["Version"] != package.version:
        raise LookupError(f"{package.name} {package.version} is not installed: run make licences")
    return _licence_in(found)


def _licence_in(found: PackageMetadata) -> str:
    """Returns the licence expression if there is one; else the name of a licence; else the one in the classifiers."""
    name = str(found.get("License-Expression") or found.get("License") or "").strip()
    if name and "\n" not in name and not name.startswith("Copyright"):
        return name
    classifiers = [one.split(" :: ")[-1] for one in found.get_all("Classifier", []) if one.startswith("License")]
    if not classifiers:
        raise LookupError(f"{found['Name']} says nothing of its licence: read it, and add it to {__file__}")
    return ", ".join(classifiers)


def text() -> str:
    """Returns the whole page."""
    shipped, packages = list(assets()), list(locked())
    rows = [f"| {a.name} | {a.version} | {a.licence} | {a.copyright} | `{a.file}` |" for a in shipped]
    table = ["| what | version | licence | | file |", "|---|---|---|---|---|", *rows]
    permission = (ROOT / "LICENSE").read_text().partition("\n\n")[2].partition("\n\n")[2]
    quoted = "\n".join(f"> {line}".rstrip() for line in permission.strip().splitlines())
    lines = [f"| {p.name} | {p.version} | {licence_of(p)} | {p.where} |" for p in packages]
    installed = ["| package | version | licence | only where |", "|---|---|---|---|", *lines]
    return "".join(
        [_HEAD, "\n".join(table), "\n", _ASSETS_LICENCE, quoted, "\n", _PACKAGES, "\n".join(installed), "\n"]
    )


if __name__ == "__main__":
    try:
        FILE.write_text(text())
    except LookupError as error:
        sys.exit(str(error))
