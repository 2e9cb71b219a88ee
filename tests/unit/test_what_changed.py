"""What changed between runs: values by what they mean, metrics by whether that is better, and nothing lost."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.run_facts.differing import DIFFERENT, Differing, Kind, differing
from domain.run_facts.metric_changes import Verdict, metric_changes
from domain.run_facts.references import runs_called, usual_reference
from domain.run_facts.run_changes import changes_between
from domain.run_facts.values import leaves, mean_the_same
from domain.run_table.table import RunTable
from domain.tracking.final_metrics import DIRECTIONS
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.tool_names import METRICS
from domain.tracking.vocabulary import DEFAULT

PARAMS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def run(run_id: str, **fields: object) -> Run:
    defaults = {
        "name": run_id,
        "experiment_id": "1",
        "experiment": "maze",
        "status": RunStatus.FINISHED,
        "ended_at": None,
    }
    logged = {"params": {}, "metrics": {}, "tags": {}, "started_at": None}
    return Run.model_validate({"run_id": run_id, **defaults, **logged, **fields})


def metrics(**values: float) -> dict[str, LatestMetric]:
    return {key: LatestMetric(value=value, step=1, timestamp=0) for key, value in values.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1e-3", "0.001"),
        ("1", "1.0"),
        (" 5", "5"),
        ("True", "true"),
        ("None", "null"),
        ("inf", "Infinity"),
        ("NaN", "nan"),
    ],
)
def test_different_spellings_of_a_value_are_equal(one: str, other: str) -> None:
    assert mean_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "True"), ("0.1", "0.10000000000000001"), ("1_0", "10"), ("-inf", "inf"), ("PPO", "ppo"), ("1e3", "1e4")],
)
def test_values_that_only_look_alike_are_different(one: str, other: str) -> None:
    assert not mean_the_same(one, other)


@given(JSON)
def test_values_written_by_python_or_json_are_read_as_structures(value: object) -> None:
    texts = (
        [json.dumps(value), repr(value)]
        if "nan" not in repr(value) and "inf" not in repr(value)
        else [json.dumps(value)]
    )
    for text in texts:
        assert (leaves(text) is not None) == (isinstance(value, list | dict) and bool(value))


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "(" * 300 + ")" * 300, "{1: " * 200, "[-" + "-" * 15_000 + "1]", "{**{}}"]
)
def test_hostile_texts_are_not_parsed_as_structures(text: str) -> None:
    assert leaves(text) is None


@given(st.lists(PARAMS, min_size=2, max_size=4))
def test_every_key_is_listed_or_counted_and_every_difference_is_true(logged: list[dict[str, str]]) -> None:
    found = differing(logged)
    keys = {key for texts in logged for key in texts}
    assert {row.key for row in (*found.rows, *found.rewritten)} <= keys
    assert len(found.rows) + len(found.rewritten) + found.same == len(keys)
    for row in found.rows:
        assert [cell.value for cell in row.cells] == [texts.get(row.key) for texts in logged]
        assert any(cell.kind in DIFFERENT for cell in row.cells)


@given(PARAMS, PARAMS)
def test_reversing_a_comparison_swaps_added_and_removed(one: dict[str, str], other: dict[str, str]) -> None:
    turned = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}
    ways = [{row.key: row.cells[1].kind for row in differing(pair).rows} for pair in ([one, other], [other, one])]
    assert ways[0] == {key: turned.get(kind, kind) for key, kind in ways[1].items()}


def test_dictionaries_are_compared_key_by_key() -> None:
    before = {"net": "{'pi': [64, 64], 'act': 'tanh'}", "same": '{"a": 1e-3}', "kind": "[1]"}
    after = {"net": '{"pi": [64, 128], "act": "tanh", "vf": 1}', "same": "{'a': 0.001}", "kind": "one"}
    found = differing([before, after])
    by_key = {row.key: [cell.value for cell in row.cells] for row in found.rows}
    assert by_key == {"net.pi[1]": ["64", "128"], "net.vf": [None, "1"], "kind": ["[1]", "one"]}
    assert [row.key for row in found.rewritten] == ["same"]
    assert differing([before, before]) == Differing(rows=(), rewritten=(), same=3)


def test_beyond_the_limit_long_values_are_compared_as_a_whole() -> None:
    logged = [{f"key{n:03}": json.dumps([place, *["x" * 100] * 100]) for n in range(300)} for place in (0, 1)]
    keys = [row.key for row in differing(logged).rows]
    assert (keys[0], keys[-1], len(keys)) == ("key000[0]", "key299", 300)


def test_metrics_are_better_or_worse_where_that_is_known() -> None:
    nan = math.nan
    before = metrics(
        episode_reward=10.0, success_rate=0.5, loss=nan, episode_length=7.0, custom=0.0, gone=1.0, same=nan
    )
    after = metrics(
        **{"rollout/ep_rew_mean": 8.0}, success_rate=nan, loss=3.0, episode_length=9.0, custom=2.0, same=nan
    )
    rows = metric_changes([run("a", metrics=before), run("b", metrics=after)], DEFAULT)
    by_key = {row.key: row.cells[1] for row in rows}
    assert list(by_key) == ["episode_reward", "episode_length", "success_rate", "loss", "custom", "gone"]
    assert (by_key["episode_reward"].difference, by_key["episode_reward"].share) == (-2.0, -0.2)
    verdicts = {key: cell.verdict for key, cell in by_key.items()}
    assert verdicts == {
        **dict.fromkeys(by_key, None),
        **{"episode_reward": Verdict.WORSE, "success_rate": Verdict.WORSE, "loss": Verdict.BETTER},
    }
    assert by_key["success_rate"].difference is None
    assert by_key["custom"].share is None
    assert by_key["gone"].value is None


def test_each_word_with_a_direction_has_verdicts_except_counts_of_training() -> None:
    names = {word: METRICS[word][0] for word in DIRECTIONS}
    before, after = (metrics(**dict.fromkeys(names.values(), value)) for value in (0.25, 0.5))
    rows = metric_changes([run("a", metrics=before), run("b", metrics=after)], DEFAULT)
    verdicts = {word: [row.cells[1].verdict for row in rows if row.key == name] for word, name in names.items()}
    of_direction = {"max": Verdict.BETTER, "min": Verdict.WORSE, None: None}
    expected = {word: [of_direction[direction]] for word, direction in DIRECTIONS.items()}
    assert verdicts == expected | {"episodes": [None], "env_steps": [None]}


def test_a_metric_with_two_words_has_one_row() -> None:
    before, after = metrics(**{"train/critic_loss": 2.0}), metrics(**{"train/critic_loss": 1.0})
    sb3 = {"rollout/ep_rew_mean": 1.0, "train/n_updates": 9.0, "time/fps": 1.0}
    both = [run("a", metrics=before | metrics(**sb3)), run("b", metrics=after | metrics(**sb3))]
    assert both[0].metric_key("loss", DEFAULT) == both[0].metric_key("value_loss", DEFAULT) == "train/critic_loss"
    assert [(row.word, row.key) for row in metric_changes(both, DEFAULT)] == [("loss", "train/critic_loss")]


def test_commits_and_the_users_tags_are_listed_separately() -> None:
    tags = [
        {"mlflow.source.git.commit": "a" * 40, "mlflow.runColor": "#fff", "team": "x"},
        {"mlflow.source.git.commit": "b" * 40},
    ]
    changes = changes_between([run("a", tags=tags[0]), run("b", tags=tags[1])], DEFAULT)
    assert changes.commits == ["a" * 40, "b" * 40]
    assert [row.key for row in changes.tags.rows] == ["team"]


def test_the_default_reference_is_the_parent_or_else_the_previous_run() -> None:
    starts = [f"2026-01-0{day}T00:00:00Z" for day in (1, 2, 3, 4)]
    [first, other, second, child] = [
        run("first1", started_at=starts[0]),
        run("other1", started_at=starts[1], experiment="pong", experiment_id="2"),
        run("second", started_at=starts[2], name="first1 again"),
        run("child1", started_at=starts[3], tags={"mlflow.parentRunId": "other1"}),
    ]
    table = RunTable.of([first, other, second, child])
    usual = [usual_reference(one, table) for one in (first, other, second, child)]
    assert [one and one.run_id for one in usual] == [None, None, "first1", "other1"]
    called = {
        typed: [one.run_id for one in runs_called(typed, table, "child1", 9)]
        for typed in ("first1", "AGAIN", "seco", "o", " ", "x")
    }
    assert called == {"first1": ["first1"], "AGAIN": ["second"], "seco": ["second"], "o": ["other1"], " ": [], "x": []}
