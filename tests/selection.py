"""Which cases of a module are run, for what all of them share: it plays no more than is asked about."""

from typing import Any

import pytest


def chosen(request: pytest.FixtureRequest, *names: str) -> list[tuple[Any, ...]]:
    """The values of these parameters in the tests of the fixture's module that are not left out, each once, in order."""
    specs = (getattr(one, "callspec", None) for one in request.session.items if one.path == request.path)
    found = (tuple(spec.params[name] for name in names) for spec in specs if spec and set(names) <= set(spec.params))
    return list(dict.fromkeys(found))
