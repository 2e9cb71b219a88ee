"""Pictures and videos of a run by key and step, read from their names, so that several runs can be compared."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from domain.artifacts.kinds import Kind, kind_of
from domain.artifacts.listing import ArtifactEntry
from domain.artifacts.media_pattern import MediaPattern

SHOWN: Final = (Kind.PICTURE, Kind.VIDEO)
FOLDERS: Final = re.compile(
    r".*(video|movie|film|media|image|picture|frame|render|rollout|record|gif|plot|figure|sample|eval|monitor).*",
    re.IGNORECASE,
)
"""Names of folders in which such files are searched for."""
_WORD: Final = r"(?:global[_-]?)?(?:steps?|episodes?|ep|epochs?|iter(?:ation)?s?|updates?|checkpoint|ckpt)"
# MLflow's log_image, in both forms of its versions; Stable-Baselines3's recorder; a word and a number.
_LOGGED: Final = re.compile(r"(?P<key>.+?)(?P<sign>[+%])step(?P=sign)(?P<step>\d+)(?P=sign)timestamp.*")
_RECORDED: Final = re.compile(r"(?P<key>.+?)[-_]step[-_](?P<step>\d+)[-_]to[-_].*", re.IGNORECASE)
_NAMED: Final = re.compile(
    rf"(?:(?P<key>.*?)[-_. ])?{_WORD}[-_=. ]?(?P<step>\d{{1,15}})(?P<rest>[-_. ].*)?", re.IGNORECASE
)
_NUMBERED: Final = re.compile(r"(?:(?P<key>.*?)[-_. ])?(?P<step>\d{1,15})")
_COMPRESSED: Final = re.compile(r"[+%]compressed$")


class MediaFile(NamedTuple):
    """A picture or a video; `step` is None where its name has none."""

    key: str
    step: int | None
    path: str
    kind: Kind
    size_bytes: int | None


def is_step_folder(name: str) -> bool:
    """Returns whether a folder is named after a step: `step_1000`, `episode-3`, `1000`."""
    return any(found and not found["key"] for found in (_NAMED.fullmatch(name), _NUMBERED.fullmatch(name)))


def media_of(entries: Iterable[ArtifactEntry], pattern: MediaPattern | None = None) -> list[MediaFile]:
    """Returns the pictures and videos among the files, ordered by key and step.

    MLflow's smaller copies of logged pictures are left out. With a `pattern`, only the files that match it are
    returned.
    """
    found = [
        _of(entry) if pattern is None else _fitting(entry, pattern)
        for entry in entries
        if not entry.is_dir and kind_of(entry.path) in SHOWN
    ]
    return sorted((one for one in found if one is not None), key=lambda one: (one.key, one.step or 0, one.path))


def _fitting(entry: ArtifactEntry, pattern: MediaPattern) -> MediaFile | None:
    found = pattern.read(entry.path)
    return None if found is None else MediaFile(*found, entry.path, kind_of(entry.path), entry.size_bytes)


def _of(entry: ArtifactEntry) -> MediaFile | None:
    folder, _, name = entry.path.rpartition("/")
    stem = name.rpartition(".")[0]
    if _COMPRESSED.search(stem):
        return None
    key, step = _key_and_step(stem)
    folders = []
    for part in folder.split("/") if folder else []:
        if step is None and is_step_folder(part):
            step = _key_and_step(part)[1]
        else:
            folders.append(part)
    shown = "/".join([*folders, key] if key else folders) or name
    return MediaFile(shown, step, entry.path, kind_of(entry.path), entry.size_bytes)


def _key_and_step(stem: str) -> tuple[str, int | None]:
    for pattern in (_LOGGED, _RECORDED, _NAMED, _NUMBERED):
        if (found := pattern.fullmatch(stem)) is not None:
            parts = found.groupdict()
            key = (parts["key"] or "").replace("#", "/") + (parts.get("rest") or "")
            if pattern is _LOGGED:  # MLflow writes a slash in a key as a hash, and since version 3 as a tilde
                key = key.replace("~", "/")
            return key.strip("-_. "), int(parts["step"])
    return stem, None
