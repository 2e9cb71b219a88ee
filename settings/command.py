"""Runs a command for maintenance: prints its results, and turns failures into a message and an exit status."""

import sys
from collections.abc import Callable, Iterable

from pydantic import ValidationError

from domain.errors import ClewError
from domain.wrong_settings import explain
from settings.settings import Settings


def run_command(work: Callable[[Settings], Iterable[object]]) -> int:
    """Runs `work` and prints what it yields, a line each, as it comes.

    Returns the exit status: 0, 1 where `work` raised a ClewError, 2 where a setting is wrong.
    """
    try:
        for line in work(Settings()):
            sys.stdout.write(f"{line}\n")
    except ValidationError as error:
        sys.stderr.write(f"{explain(error)}\n")
        return 2
    except ClewError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
