"""Failures of a process that its operations do not declare, by its log."""

from serving.operations.operation import UNDECLARED


def undeclared_failures(log: str) -> list[str]:
    """Returns the lines of a log that report undeclared failures."""
    return [line for line in log.splitlines() if UNDECLARED in line]
