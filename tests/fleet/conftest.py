"""Monitors over fake drivers, started as the tests of the monitor start them."""

from tests.gpus.conftest import library, start  # noqa: F401
