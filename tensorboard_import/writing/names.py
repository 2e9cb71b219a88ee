"""Names that MLflow takes, for those it refuses; the original is kept."""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Final

LONGEST: Final = 250
# A tag holds the original under the new name, and is no longer itself.
_LONGEST_CHANGED: Final = 220
_REFUSED: Final = re.compile(r"[^\w.\- :/]")


class Names:
    """The names of a run's metrics: each original always has the same one, and no two have one.

    `taken` are those that the run has in MLflow, `changed` the originals of those that were changed. Names that differ
    by case only count as one: to some databases they are.
    """

    def __init__(self, taken: Iterable[str] = (), changed: Mapping[str, str] | None = None) -> None:
        self.changed = dict(changed or {})
        """Original by name."""
        self._known = {original: name for name, original in self.changed.items()}
        self._known |= {name: name for name in taken if name not in self.changed}
        self._taken = {name.casefold() for name in self._known.values()}

    def name(self, original: str) -> str:
        """Returns what MLflow is to call it."""
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
    """Returns the nearest name that MLflow takes; two originals may have the same."""
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
