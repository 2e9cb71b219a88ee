"""The selected cases of a module, for fixtures that all of them share: only these are played."""

from typing import Any

import pytest


def selected_values(request: pytest.FixtureRequest, *names: str) -> list[tuple[Any, ...]]:
    """Returns the values of these parameters in the selected tests of the fixture's module, each once, in order."""
    specs = (getattr(one, "callspec", None) for one in request.session.items if one.path == request.path)
    found = (tuple(spec.params[name] for name in names) for spec in specs if spec and set(names) <= set(spec.params))
    return list(dict.fromkeys(found))
