"""No request that docs/gpu_monitor.openapi.yaml allows, or nearly allows, makes the monitor fail."""

import pytest

from gpu_monitor.openapi import API
from tests.generated_requests import check_answer, operations_in, send_all
from tests.gpus.monitor import Monitor

OPERATIONS = operations_in(API.file)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_generated_request_makes_the_monitor_fail(label: str, monitor: Monitor) -> None:
    send_all(OPERATIONS[label], lambda case: check_answer(case, f"http://127.0.0.1:{monitor.port}", "text/plain"))
