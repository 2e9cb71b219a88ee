"""Failures of a process that its operations do not declare, by its log."""

from serving.operations.operation import UNDECLARED


def undeclared_failures(log: str) -> list[str]:
    """The lines of a log about such failures."""
    return [line for line in log.splitlines() if UNDECLARED in line]
