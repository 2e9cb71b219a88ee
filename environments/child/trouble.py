"""Errors of an environment, found by its own process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.errors.environments.naming import DependencyMissing, PackageMissing
from domain.errors.environments.playing import CallRaised, NeedsMoreMemory
from domain.messages import Message, Reason, Text

REFUSED, MISSING, FAILED = "refused", "missing", "failed"
_LONGEST_TEXT = 300


class Trouble(Exception):
    """Ends the process, after `kind` and `reason` were sent."""

    def __init__(self, kind: str, reason: Reason) -> None:
        super().__init__(str(reason))
        self.kind = kind
        self.reason = reason


class Forbidden(PermissionError):
    """A forbidden operation of an environment; `reason` makes the message once the call is known."""

    def __init__(self, reason: Callable[[str], Message]) -> None:
        super().__init__("an environment may not do this here")
        self.reason = reason


@contextmanager
def reported_as(call: str, memory_mib: int) -> Iterator[None]:
    """Converts exceptions of the environment's code to Trouble that names the call."""
    try:
        yield
    except Trouble:
        raise
    except MemoryError as error:
        raise Trouble(FAILED, NeedsMoreMemory(call, memory_mib)) from error
    except BaseException as error:  # also SystemExit: third-party code may raise anything
        raise _trouble_of(error, call) from error


def _trouble_of(error: BaseException, call: str) -> Trouble:
    for cause in _causes(error):
        if isinstance(cause, Forbidden):
            return Trouble(FAILED, cause.reason(call))
    if type(error).__name__ == "DependencyNotInstalled":
        return Trouble(MISSING, DependencyMissing(shortened(error)))
    if isinstance(error, ModuleNotFoundError) and error.name:
        return Trouble(MISSING, PackageMissing(error.name[:_LONGEST_TEXT]))
    return Trouble(FAILED, CallRaised(call, type(error).__name__, shortened(error)))


def shortened(error: BaseException) -> Text:
    """Returns an exception's message, shortened."""
    text = " ".join(str(error).split())
    return Text(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        yield error
        following = error.__cause__ or error.__context__
        if following is None:
            return
        error = following
