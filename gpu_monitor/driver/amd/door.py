"""The one door to amdsmi: a question is answered, is not supported, or fails with a name of ours.

ROCm's library and its Python package are of one version, whichever ROCm the machine has, so neither is Clew's to bring:
the package is imported when first asked for, and may be missing.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, TypeVar

from domain.errors.gpus import NotUnderstood, NotUtf8
from domain.gpus import GpuState, HostState
from domain.messages import Reason, Text
from gpu_monitor.failures import AMD_GPU, AMD_HOST, GpuTrouble, HostTrouble, OddAnswer

Answer = TypeVar("Answer")
_LONGEST_REASON: Final = 200

# What a GPU, driver or library of some age answers to a question that it does not know: normal, field by field.
# By number: the package of an older ROCm has no name for some.
_INVALID, _NOT_SUPPORTED, _NOT_YET, _NO_PERMISSION, _FILE_ERROR, _NOT_FOUND = 1, 2, 3, 10, 14, 31
_NOT_INITIALIZED, _NOT_LOADED, _NO_DATA, _UNEXPECTED_DATA, _FILE_NOT_FOUND = 32, 34, 40, 43, 52
_ABSENT: Final = frozenset(
    {_INVALID, _NOT_SUPPORTED, _NOT_YET, _FILE_ERROR, _NOT_FOUND, _NO_DATA, _UNEXPECTED_DATA, _FILE_NOT_FOUND}
)
_HOST_STATES: Final = {_NOT_INITIALIZED: HostState.NO_DRIVER, _NOT_LOADED: HostState.NO_DRIVER}
_NO_ANSWERS: Final = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, MemoryError, OSError)


def load() -> ModuleType:
    """Returns the package; raises HostTrouble where it, or the library beside it, is missing or of another version."""
    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints, and stdout is the sampler's to speak on
            return importlib.import_module("amdsmi")
    except (ImportError, *_NO_ANSWERS) as error:
        for name in [name for name in sys.modules if name.partition(".")[0] == "amdsmi"]:
            del sys.modules[name]  # half a package would be imported without a word the next time
        raise HostTrouble(HostState.NO_LIBRARY, advices=AMD_HOST) from error


def ask_host(call: Callable[..., Answer], *arguments: Any) -> Answer:
    """Asks what every host has to answer; raises HostTrouble."""
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


def ask_gpu(call: Callable[..., Answer], *arguments: Any) -> Answer | None:
    """Asks a GPU something; None where it does not know. Raises GpuTrouble, or OddAnswer."""
    try:
        return call(*arguments)
    except _NO_ANSWERS as error:
        raise OddAnswer(_reason(error)) from error
    except Exception as error:
        code = _code(error)
        if code in _ABSENT:
            return None
        if code == _NO_PERMISSION:
            raise GpuTrouble(GpuState.NO_PERMISSION, advices=AMD_GPU) from error
        host = HostTrouble(_HOST_STATES[code], advices=AMD_HOST) if code in _HOST_STATES else None
        raise GpuTrouble(GpuState.FAILED, _named(call, error, code), host, AMD_GPU) from error


def _code(error: Exception) -> int:
    """Returns the library's own number; raises what is no exception of its package."""
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
