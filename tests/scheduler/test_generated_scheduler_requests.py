"""No request that docs/scheduler.openapi.yaml allows, or nearly allows, makes the scheduler fail."""

import pytest

from scheduler.openapi import API
from tests.generated_requests import check_answer, operations_in, send_all
from tests.scheduler.service import Service

# What `start` allows would train for minutes; tests/scheduler/test_refused_trainings.py has its property.
OPERATIONS = {label: one for label, one in operations_in(API.file).items() if not label.endswith("/start")}


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_generated_request_makes_the_scheduler_fail(label: str, service: Service) -> None:
    send_all(OPERATIONS[label], lambda case: check_answer(case, f"http://127.0.0.1:{service.port}", "text/plain"))
