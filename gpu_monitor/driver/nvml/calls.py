"""The only access to NVML: a call returns a value, returns None if unsupported, or raises an error of ours."""

import ctypes
from collections.abc import Callable
from typing import Any, Final, TypeVar

import pynvml

from domain.errors.gpus.answers import NotUnderstood, NotUtf8
from domain.gpus import GpuState, HostState
from domain.messages import Reason, Text
from gpu_monitor.failures import GpuTrouble, HostTrouble, InvalidAnswer

Answer = TypeVar("Answer")
_LONGEST_REASON: Final = 200

# Answers of GPUs, drivers or libraries that do not know a question: normal, field by field.
ABSENT: Final = frozenset(
    {
        pynvml.NVML_ERROR_INVALID_ARGUMENT,
        pynvml.NVML_ERROR_NOT_SUPPORTED,
        pynvml.NVML_ERROR_NOT_FOUND,
        pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
        pynvml.NVML_ERROR_NO_DATA,
        pynvml.NVML_ERROR_VGPU_ECC_NOT_SUPPORTED,
        pynvml.NVML_ERROR_ARGUMENT_VERSION_MISMATCH,
        pynvml.NVML_ERROR_DEPRECATED,
    }
)
# Exceptions besides NVMLError that pynvml raises over unexpected answers: text, lengths, versions.
_NO_ANSWERS: Final = (
    *(pynvml.NVMLLibraryMismatchError, ctypes.ArgumentError, ValueError, TypeError, AttributeError),
    *(LookupError, ArithmeticError, MemoryError, OSError),
)
# Errors of the whole host: as the answer to a host call, or if each of its GPUs reports them.
_HOST_STATES: Final = {
    pynvml.NVML_ERROR_UNINITIALIZED: HostState.NO_DRIVER,
    pynvml.NVML_ERROR_DRIVER_NOT_LOADED: HostState.NO_DRIVER,
    pynvml.NVML_ERROR_LIBRARY_NOT_FOUND: HostState.NO_LIBRARY,
    pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: HostState.DRIVER_CHANGED,
}
_GPU_STATES: Final = {
    pynvml.NVML_ERROR_NO_PERMISSION: GpuState.NO_PERMISSION,
    pynvml.NVML_ERROR_GPU_IS_LOST: GpuState.LOST,
    pynvml.NVML_ERROR_GPU_NOT_FOUND: GpuState.LOST,
}


def query_host(call: Callable[..., Answer], *arguments: Any) -> Answer:
    """Calls what every host has to support; raises HostTrouble."""
    try:
        return call(*arguments)
    except _NO_ANSWERS as error:
        raise HostTrouble(HostState.FAILED, _reason(error)) from error
    except pynvml.NVMLError as error:
        if error.value == pynvml.NVML_ERROR_NO_PERMISSION:
            raise HostTrouble(HostState.NO_PERMISSION) from error
        if error.value in _HOST_STATES:
            raise HostTrouble(_HOST_STATES[error.value]) from error
        raise HostTrouble(HostState.FAILED, _named(call, error)) from error


def query_gpu(call: Callable[..., Answer], *arguments: Any) -> Answer | None:
    """Calls a function of a GPU; None if unsupported. Raises GpuTrouble, or InvalidAnswer."""
    try:
        return call(*arguments)
    except _NO_ANSWERS as error:
        raise InvalidAnswer(_reason(error)) from error
    except pynvml.NVMLError as error:
        if error.value in ABSENT:
            return None
        if error.value in _GPU_STATES:
            raise GpuTrouble(_GPU_STATES[error.value]) from error
        host = HostTrouble(_HOST_STATES[error.value]) if error.value in _HOST_STATES else None
        raise GpuTrouble(GpuState.FAILED, _named(call, error), host) from error


def is_unsupported(call: Callable[..., object], *arguments: Any) -> bool:
    """Returns whether the driver knows a call, but reports that this GPU does not support it."""
    try:
        call(*arguments)
    except _NO_ANSWERS:
        return False
    except pynvml.NVMLError as error:
        return bool(error.value == pynvml.NVML_ERROR_NOT_SUPPORTED)
    return False


def _named(call: Callable[..., object], error: pynvml.NVMLError) -> Text:
    try:
        text = str(error)
    except _NO_ANSWERS:  # pynvml asks the library for the error text, which may be malformed, too
        text = type(error).__name__
    return Text(f"{getattr(call, '__name__', call)}: {text}, code {error.value}")


def _reason(error: BaseException) -> Reason:
    if isinstance(error, UnicodeError):
        return NotUtf8()
    return NotUnderstood(Text(f"{type(error).__name__}: {error}"[:_LONGEST_REASON]))
