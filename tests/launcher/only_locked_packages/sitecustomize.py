"""Hides the modules that the variable HIDDEN names, as if not installed; Python loads this file by PYTHONPATH."""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_HIDDEN = frozenset(os.environ.get("HIDDEN", "").split(","))


class _HidingFinder(PathFinder):
    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if fullname.partition(".")[0] in _HIDDEN else PathFinder.find_spec(fullname, path, target)


sys.meta_path[:] = [_HidingFinder if finder is PathFinder else finder for finder in sys.meta_path]
