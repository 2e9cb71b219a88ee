"""All tool profiles, read once from the files in `profiles/`, and checked against one another."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from domain.tools.profile import ToolProfile

_FOLDER: Final = Path(__file__).parent / "profiles"


def read_profiles(folder: Path = _FOLDER) -> dict[str, ToolProfile]:
    """Reads the profiles of a folder by id, each from the file of that name; raises ValueError where one is wrong."""
    files = sorted(folder.glob("*.toml"))
    found = {path.stem: _profile(path) for path in files}
    _check_signs(found)
    return found


def _profile(path: Path) -> ToolProfile:
    return ToolProfile.model_validate({"id": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))})


def _check_signs(profiles: Mapping[str, ToolProfile]) -> None:
    """Raises ValueError if two tools share a sign; a tool that refines another has its own signs."""
    owners: dict[tuple[str, str], str] = {}
    for one in profiles.values():
        if one.refines is not None and one.refines not in profiles:
            raise ValueError(f"{one.id} refines {one.refines}, which is no profile")
        if one.signs.needs_all:
            continue
        for kind in ("metrics", "params", "tags"):
            for sign in getattr(one.signs, kind):
                if owners.setdefault((kind, sign), one.id) != one.id:
                    raise ValueError(f"{sign!r} is a sign of both {owners[kind, sign]} and {one.id}")


PROFILES: Final[Mapping[str, ToolProfile]] = read_profiles()
"""Every known tool, by id."""
