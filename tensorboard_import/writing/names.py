"""Replaces names that MLflow refuses; the originals are stored."""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Final

LONGEST: Final = 250
# A tag stores the original under the new name, so its key has to fit, too.
_LONGEST_CHANGED: Final = 220
_REFUSED: Final = re.compile(r"[^\w.\- :/]")


class Names:
    """The names of a run's metrics: each original always has the same name, and names are unique.

    `taken` are the existing names in MLflow, `changed` the originals of changed ones. Names that differ only in case
    count as equal, as in some databases.
    """

    def __init__(self, taken: Iterable[str] = (), changed: Mapping[str, str] | None = None) -> None:
        self.changed = dict(changed or {})
        """Original by name."""
        self._known = {original: name for name, original in self.changed.items()}
        self._known |= {name: name for name in taken if name not in self.changed}
        self._taken = {name.casefold() for name in self._known.values()}

    def name(self, original: str) -> str:
        """Returns its name in MLflow."""
        if original not in self._known:
            made = allowed(original)
            if made.casefold() in self._taken:
                made = f"{made[: _LONGEST_CHANGED - 9]}_{_digest(original)}"
            self._known[original] = made
            self._taken.add(made.casefold())
            if made != original:
                self.changed[made] = original
        return self._known[original]


def allowed(original: str) -> str:
    """Returns the nearest allowed name; two originals may have the same."""
    parts = _REFUSED.sub("_", original).split("/")
    kept = [part if part.strip(".") else "_" * len(part) for part in parts if part and part != "."]
    made = "/".join(kept) or "_"
    if posixpath.normpath(made) != made:
        made = made.replace("/", "_")
    if len(made) > (LONGEST if made == original else _LONGEST_CHANGED):
        made = f"{made[: _LONGEST_CHANGED - 9]}_{_digest(original)}"
    return made


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
