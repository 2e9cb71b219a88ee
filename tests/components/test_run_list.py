"""A run as a row, and the texts around the list."""

import json
from datetime import UTC, datetime

import pytest

from components import notices
from components.texts import words
from domain.run_facts.run_summary import summarise
from domain.tracking.compared import parse_run_ids
from domain.tracking.runs import BadRow, LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT
from tests.summary_rows import rows as rows_of


def run(**changes: object) -> Run:
    values: dict[str, object] = {
        "run_id": "a" * 32,
        "name": "ppo-1",
        "experiment_id": "1",
        "experiment": "maze",
        "status": RunStatus.FINISHED,
        "started_at": datetime(2026, 11, 22, 12, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 22, 12, 1, tzinfo=UTC),
        "params": {},
        "metrics": {},
        "tags": {},
    }
    return Run.model_validate(values | changes)


def metric(value: float, step: int = 1) -> LatestMetric:
    return LatestMetric(value=value, step=step, timestamp=0)


@pytest.mark.parametrize(
    ("params", "metrics", "expected"),
    [
        (
            {"algorithm": "PPO", "env_id": "Maze", "seed": "7"},
            {"episode_reward": metric(0.5, 40), "success_rate": metric(0.8, 40), "loss": metric(0.1, 38)},
            {"algorithm": "PPO", "environment": "Maze", "seed": 7, "success_percent": 80.0, "episodes": 40},
        ),
        (  # Stable-Baselines3's MLflow recipe: its logger's keys, steps of the environment, no parameters
            {},
            {
                "rollout/ep_rew_mean": metric(12.0, 2048),
                "time/episodes": metric(96, 2048),
                "train/loss": metric(1, 2048),
            },
            {"algorithm": "–", "seed": None, "final_reward": 12.0, "episodes": 96, "final_loss": 1.0},
        ),
        (  # CleanRL: its own keys, the script's name as the algorithm
            {"exp_name": "ppo", "env_id": "CartPole-v1", "seed": "1"},
            {"charts/episodic_return": metric(200.0, 9000), "losses/value_loss": metric(3.5, 9000)},
            {
                "algorithm": "ppo",
                "environment": "CartPole-v1",
                "final_reward": 200.0,
                "final_loss": 3.5,
                "episodes": None,
            },
        ),
        (  # an invalid number of episodes is none, and neither is a seed that a browser would round
            {"seed": "9" * 17},
            {"episodes": metric(1e20)},
            {"episodes": None, "seed": None},
        ),
        (  # an unknown value is shown as missing, never as 0
            {"seed": "not a number"},
            {"success_rate": metric(float("nan")), "loss": metric(float("inf"))},
            {"seed": None, "success_percent": None, "final_loss": None, "episodes": None, "final_reward": None},
        ),
    ],
)
def test_a_row_shows_the_logged_values(
    params: dict[str, str], metrics: dict[str, LatestMetric], expected: dict[str, object]
) -> None:
    [row] = rows_of([summarise(run(params=params, metrics=metrics), DEFAULT)])
    assert {key: row[key] for key in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("success_rate", "success_percent"),
        ("rollout/ep_rew_mean", "final_reward"),
        ("train/loss", "final_loss"),
        ("rollout/ep_len_mean", "episode_length"),
        ("time/episodes", "episodes"),
    ],
)
@pytest.mark.parametrize(("value", "named"), [("nan", "NaN"), ("inf", "inf"), ("-inf", "−inf")])
def test_a_row_names_what_diverged_and_holds_no_number_for_it(key: str, column: str, value: str, named: str) -> None:
    [row] = rows_of([summarise(run(metrics={key: metric(float(value), 99)}), DEFAULT)])
    assert row[column] is None
    assert row["no_value"] == {column: "diverged"}
    assert row["remarks"] == f"diverged ({named} at step 99): {key}"
    assert json.dumps(row, allow_nan=False)


def test_the_number_of_episodes_is_shown_though_the_reward_diverged() -> None:
    [row] = rows_of([summarise(run(metrics={"episode_reward": metric(float("nan"), 99)}), DEFAULT)])
    assert (row["episodes"], row["no_value"]) == (99, {"final_reward": "diverged"})


@pytest.mark.parametrize("rate", [87.0, 1.001, -0.5])
def test_a_row_shows_a_rate_out_of_range_as_logged(rate: float) -> None:
    [row] = rows_of([summarise(run(metrics={"rollout/success_rate": metric(rate)}), DEFAULT)])
    assert (row["success_percent"], row["no_value"]) == (None, {"success_percent": "out of range"})
    assert row["remarks"] == f"out of range: {rate:.4g} (rollout/success_rate)"


def test_divergences_at_the_same_step_share_a_remark() -> None:
    gone = {"loss": metric(float("nan"), 9), "episode_reward": metric(float("nan"), 9), "success_rate": metric(87.0)}
    fine, odd = rows_of(summarise(run(metrics=logged), DEFAULT) for logged in ({"loss": metric(1.0)}, gone))
    assert odd["remarks"] == "diverged (NaN at step 9): loss, episode_reward; out of range: 87 (success_rate)"
    assert (fine["remarks"], fine["no_value"]) == ("–", None)


def test_a_row_names_the_keys_under_which_its_values_were_logged() -> None:
    logged = {"rollout/success_rate": metric(0.5), "train/loss": metric(1.0)}
    [row] = rows_of([summarise(run(params={"algo": "PPO"}, metrics=logged), DEFAULT)])
    assert row["keys"] == {
        "algorithm": "algo",
        "success_percent": "rollout/success_rate",
        "final_loss": "train/loss",
    }


def test_the_newest_run_comes_first_and_an_undated_one_last() -> None:
    old, new = run(run_id="old"), run(run_id="new", started_at=datetime(2026, 11, 23, tzinfo=UTC))
    undated = run(run_id="undated", started_at=None)
    rows = rows_of(summarise(one, DEFAULT) for one in [undated, old, new])
    assert [row["id"] for row in rows] == ["new", "old", "undated"]


@pytest.mark.parametrize(
    ("text", "ids", "malformed"),
    [
        (None, [], 0),
        ("", [], 0),
        (",,a, b ,a", ["a", "b"], 0),
        ("../../etc/passwd,ok", ["ok"], 1),
        ("<script>,%00,a b", [], 3),
        ("x" * 65, [], 1),
        ("日本", [], 1),
    ],
)
def test_run_ids_are_read_from_an_address_and_malformed_ones_counted(
    text: str | None, ids: list[str], malformed: int
) -> None:
    assert parse_run_ids(text) == (ids, malformed)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (4.25, "4.2 s"), (59.9, "59.9 s"), (200, "3 min 20 s"), (3720, "1 h 02 min")]
)
def test_durations_are_written_in_seconds_minutes_or_hours(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


def test_a_missing_value_is_a_dash_and_never_zero() -> None:
    assert words.percent(None) == words.number(None) == words.count(None) == words.duration(None) == "–"
    assert words.percent(0.0) == "0.0 %"


def test_bad_rows_are_counted_and_the_first_are_named() -> None:
    rows = [BadRow(row=f"run{i}", field="info.status", cause="is odd") for i in range(5)]
    text = str(notices.bad_rows("MLflow", rows))
    assert "5 rows of MLflow" in text
    assert "run0" in text
    assert "info.status: is odd" in text
    assert "run4" not in text
    assert "and 2 more" in text
    assert notices.bad_rows("MLflow", []) is None
