"""The only access to amdsmi: a call returns a value, returns None if unsupported, or raises an error of ours.

ROCm's library and its Python package have to be of one version, that of the machine's ROCm, so Clew does not install
them: the package is imported on first use, and may be missing.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, TypeVar

from domain.errors.gpus.answers import NotUnderstood, NotUtf8
from domain.gpus import GpuState, HostState
from domain.messages import Reason, Text
from gpu_monitor.failures import AMD_GPU, AMD_HOST, GpuTrouble, HostTrouble, InvalidAnswer

Answer = TypeVar("Answer")
_LONGEST_REASON: Final = 200

# Answers of GPUs, drivers or libraries that do not know a question: normal, field by field. By number: older ROCm
# packages have no name for some.
_INVALID, _NOT_SUPPORTED, _NOT_YET, _NO_PERMISSION, _FILE_ERROR, _NOT_FOUND = 1, 2, 3, 10, 14, 31
_NOT_INITIALIZED, _NOT_LOADED, _NO_DATA, _UNEXPECTED_DATA, _FILE_NOT_FOUND = 32, 34, 40, 43, 52
_ABSENT: Final = frozenset(
    {_INVALID, _NOT_SUPPORTED, _NOT_YET, _FILE_ERROR, _NOT_FOUND, _NO_DATA, _UNEXPECTED_DATA, _FILE_NOT_FOUND}
)
_HOST_STATES: Final = {_NOT_INITIALIZED: HostState.NO_DRIVER, _NOT_LOADED: HostState.NO_DRIVER}
_NO_ANSWERS: Final = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, MemoryError, OSError)


def load() -> ModuleType:
    """Returns the package; raises HostTrouble if it or its library is missing or of another version."""
    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints, but stdout carries the sampler's readings
            return importlib.import_module("amdsmi")
    except (ImportError, *_NO_ANSWERS) as error:
        for name in [name for name in sys.modules if name.partition(".")[0] == "amdsmi"]:
            del sys.modules[name]  # otherwise the next import would silently return a half-initialised package
        raise HostTrouble(HostState.NO_LIBRARY, advices=AMD_HOST) from error


def query_host(call: Callable[..., Answer], *arguments: Any) -> Answer:
    """Calls what every host has to support; raises HostTrouble."""
    try:
        return call(*arguments)
    except _NO_ANSWERS as error:
        raise HostTrouble(HostState.FAILED, _reason(error), AMD_HOST) from error
    except Exception as error:
        code = _code(error)
        if code == _NO_PERMISSION:
            raise HostTrouble(HostState.NO_PERMISSION, advices=AMD_HOST) from error
        if code in _HOST_STATES:
            raise HostTrouble(_HOST_STATES[code], advices=AMD_HOST) from error
        raise HostTrouble(HostState.FAILED, _named(call, error, code), AMD_HOST) from error


def query_gpu(call: Callable[..., Answer], *arguments: Any) -> Answer | None:
    """Calls a function of a GPU; None if unsupported. Raises GpuTrouble, or InvalidAnswer."""
    try:
        return call(*arguments)
    except _NO_ANSWERS as error:
        raise InvalidAnswer(_reason(error)) from error
    except Exception as error:
        code = _code(error)
        if code in _ABSENT:
            return None
        if code == _NO_PERMISSION:
            raise GpuTrouble(GpuState.NO_PERMISSION, advices=AMD_GPU) from error
        host = HostTrouble(_HOST_STATES[code], advices=AMD_HOST) if code in _HOST_STATES else None
        raise GpuTrouble(GpuState.FAILED, _named(call, error, code), host, AMD_GPU) from error


def _code(error: Exception) -> int:
    """Returns the library's error number; raises any exception that is not of its package."""
    if type(error).__module__.partition(".")[0] != "amdsmi":
        raise error
    code = getattr(error, "err_code", None)
    return code if isinstance(code, int) else -1


def _named(call: Callable[..., object], error: Exception, code: int) -> Text:
    words = " ".join(str(getattr(error, "err_info", error)).split())[:_LONGEST_REASON]
    return Text(f"{getattr(call, '__name__', call)}: {words}, code {code}")


def _reason(error: BaseException) -> Reason:
    if isinstance(error, UnicodeError):
        return NotUtf8()
    return NotUnderstood(Text(f"{type(error).__name__}: {error}"[:_LONGEST_REASON]))
