"""P5 and P6 of two registered models with four processes at once on a real MLflow; bench/models_under_fire.py does the same for longer."""

from tests.models.fire import fire
from tests.tracking import Tracking

PROCESSES = 4
OPERATIONS = 30


def test_at_every_reading_each_registered_model_has_exactly_one_active_version(tracking: Tracking) -> None:
    found = fire(tracking.address, PROCESSES, OPERATIONS)
    assert not [outcome for outcome in found.outcomes if outcome.startswith("unexpected")], found
    assert found.outcomes.total() == PROCESSES * OPERATIONS
    assert found.readings > 20, found
    assert found.moves > 3, found
