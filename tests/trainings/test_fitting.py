"""Spaces that no algorithm learns from are refused with a sentence that names them, and a remedy."""

import pytest
from pydantic import TypeAdapter

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import Space
from domain.trainings.environments.fitting import misfit
from domain.trainings.environments.form import environment_request

ACTIONS = {"kind": "discrete", "n": 2}
NUMBERS = {"kind": "box", "shape": [4], "dtype": "float32"}
SINGLE = {"kind": "box", "shape": [], "dtype": "float32"}
LATE = {"kind": "discrete", "n": 5, "start": -2}


def parts(**spaces: object) -> dict[str, object]:
    return {"kind": "dict", "spaces": spaces}


@pytest.mark.parametrize("algorithm", ["PPO", "DQN"])
@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (NUMBERS, None),
        ({"kind": "discrete", "n": 5}, None),
        (parts(a=NUMBERS, b={"kind": "discrete", "n": 5}), None),
        (LATE, "are numbers from -2 to 2, and only numbers that begin at 0 are supported: subtract -2"),
        ({"kind": "discrete", "n": 1, "start": 1}, "are numbers from 1 to 1"),
        (SINGLE, "are single numbers without dimensions (a box of the shape ())"),
        (parts(a=NUMBERS, b=LATE), "The part “b” of its observations is a number from -2 to 2"),
        (parts(a=SINGLE), "The part “a” of its observations is a single number"),
        (parts(a=parts(b=NUMBERS)), "have nested parts within the part “a”"),
        ({"kind": "tuple", "spaces": [NUMBERS]}, "space of the kind tuple"),
        ({"kind": "multi_discrete", "nvec": [2, 2, 2, 2], "shape": [2, 2]}, "space of the kind multi_discrete"),
    ],
)
def test_unsupported_observations_are_refused_with_the_reason(
    algorithm: str, seen: dict[str, object], message: str | None
) -> None:
    spaces = TypeAdapter[Space](Space)
    facts = EnvironmentFacts(
        env_id="Own-v0",
        observation_space=spaces.validate_python(seen),
        action_space=spaces.validate_python(ACTIONS),
    )
    found = misfit(environment_request({"algorithm": algorithm, "env_id": "Own-v0"}), facts, 2**40)
    if message is None:
        assert found is None
    else:
        assert found is not None
        field, why = found
        assert field == "env_id"
        assert message in str(why)
