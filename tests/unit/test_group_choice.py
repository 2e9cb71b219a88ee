"""What runs can be grouped by: refs, patterns, a run's own values, and suggestions."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charts.chart_options import ChartOptions
from domain.errors import BadInput
from domain.grouping.candidates import Candidate, candidates, default_grouping
from domain.grouping.group_ref import GroupRef
from domain.grouping.run_specific import RunSpecific
from domain.grouping.suggestions import suggestions
from domain.patterns.linear import MAX_CHARACTERS
from domain.tracking.grouping import group_runs
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

HOSTILE = ["a,b", "%{x}", "<b>", 'it\'s "x"', "a:b:c", "報酬", "🚀", "\u202eevil", "x" * 250, " ", "\n", "\ud800"]
texts = st.text(max_size=6) | st.sampled_from(HOSTILE)


def run(run_id: str, name: str = "", experiment: str = "maze", **more: dict[str, str]) -> Run:
    return Run(
        run_id=run_id,
        name=name,
        experiment_id="1",
        experiment=experiment,
        status=RunStatus.FINISHED,
        started_at=None,
        ended_at=None,
        params=more.get("params", {}),
        metrics={},
        tags=more.get("tags", {}),
    )


def found(runs: list[Run]) -> dict[str, Candidate]:
    return {str(each.ref): each for each in candidates(runs, DEFAULT)}


def left_out(*values: str, key: str = "note", seeds: bool = True) -> RunSpecific | None:
    params = [{key: value} | ({"seed": str(n)} if seeds else {}) for n, value in enumerate(values)]
    return found([run(str(n), params=each) for n, each in enumerate(params)])[f"param:{key}"].left_out


@given(texts.filter(bool))
def test_a_group_ref_is_read_as_it_was_written(key: str) -> None:
    for kind in ("param", "tag"):
        ref = GroupRef.parse(f"{kind}:{key}")
        assert (ref.kind, ref.key, str(ref)) == (kind, key, f"{kind}:{key}")


@pytest.mark.parametrize("text", ["", "lr", "param:", "metric:lr", ":lr", "name:", "seed", "Experiment"])
def test_an_invalid_group_ref_is_reported(text: str) -> None:
    with pytest.raises(BadInput, match="cannot be grouped"):
        GroupRef.parse(text)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8))
def test_groups_equal_those_of_a_plain_loop_over_hostile_values(pairs: list[tuple[str, str]]) -> None:
    runs = [run(str(n), params={"a:b,c": one}, tags={"%{x}": other}) for n, (one, other) in enumerate(pairs)]
    groups = group_runs(runs, ["param:a:b,c", "tag:%{x}"], DEFAULT)
    oracle: dict[tuple[str, str], list[str]] = {}
    for n, pair in enumerate(pairs):
        oracle.setdefault(pair, []).append(str(n))
    assert [list(group.run_ids) for group in groups] == list(oracle.values())
    assert len({group.label for group in groups}) == len(groups)


PATTERNS = [r"^(\w+)-\d+$", r"ppo|dqn", r"-(\d+)", r"^(.*)-", r"[a-c]+", r"(a)?b"]


@given(st.sampled_from(PATTERNS), st.text(string.ascii_lowercase + string.digits + "-", max_size=20))
def test_a_pattern_matches_like_pythons_re(pattern: str, name: str) -> None:
    match = re.search(pattern, name, re.ASCII)
    expected = None if match is None else match[1 if match.re.groups else 0]
    assert GroupRef.parse(f"name:{pattern}").value(run("a", name), DEFAULT) == expected


def test_a_hostile_pattern_takes_no_longer_than_others() -> None:
    # Python's own engine would not return from the first of these names.
    for pattern in (r"(a*)*b", r"(a|a)*b", r"(.*)(.*)(.*)(.*)x$"):
        ref = GroupRef.parse(f"name:{pattern}")
        assert [ref.value(run(str(n), "a" * 1_000), DEFAULT) for n in range(100)] == [None] * 100


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "((a{1,900}){1,900}){1,900}", "\ud800", "a" * 251])
def test_a_refused_pattern_is_reported(pattern: str) -> None:
    with pytest.raises(BadInput, match=f"is invalid|{MAX_CHARACTERS}"):
        GroupRef.parse(f"name:{pattern}")


@given(texts)
def test_a_pattern_can_be_applied_to_any_name(name: str) -> None:
    GroupRef.parse("name:^(.)").value(run("a", name), DEFAULT)


def test_four_seeds_with_different_folders_and_ids_are_one_group() -> None:
    runs = [
        run(str(n), params={"lr": "0.1", "seed": str(n), "log_dir": f"/logs/{n}", "wandb_id": f"3k{n}j9x1a"})
        for n in range(4)
    ]
    by = default_grouping(runs, DEFAULT)
    assert by == ()
    assert [len(group.run_ids) for group in group_runs(runs, by, DEFAULT)] == [4]
    assert {ref: each.left_out for ref, each in found(runs).items()} == {
        "param:log_dir": "path",
        "param:seed": "seed",
        "param:wandb_id": "id",
    }


@pytest.mark.parametrize(
    ("key", "values", "why"),
    [
        ("x", ("/a/1", "/a/2"), "path"),
        ("x", ("s3://b/1", "s3://b/2"), "path"),
        ("x", ("C:\\a", "D:\\b"), "path"),
        ("save_file", ("out/1.zip", "out/2.zip"), "path"),
        ("x", ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"), "id"),
        ("x", ("9f86d08", "60303ae"), "id"),
        ("x", ("3k2j9x1a", "a1b2c3d4"), "id"),
        ("jobId", ("17", "18"), "id"),
        ("x", ("2026-11-29 10:00", "2026-11-29 11:00"), "time"),
        ("x", ("PPO_20261129-100000", "PPO_20261129-110000"), "time"),
        ("x", ("1764410400", "1764414000.5"), "time"),
        ("x", ("Nov29_10-00-00", "Nov29_11-00-00"), "time"),
        ("eval_seed", ("1", "2"), "seed"),
        ("x", ("red fox", "blue owl", "green elk"), "own"),
    ],
)
def test_parameters_that_differ_in_each_run_are_left_out_with_a_reason(
    key: str, values: tuple[str, ...], why: str
) -> None:
    assert left_out(*values, key=key) == why


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("lr", ("0.1", "0.2", "0.3", "0.4")),
        ("optimizer", ("adam", "sgd")),
        ("algo", ("ppo", "dqn", "sac")),
        ("env_id", ("ALE/Pong-v5", "CartPole-v1", "MountainCar-v0")),
        ("total_timesteps", ("1000000000", "2000000000")),
        ("normalise", ("True", "False", "None")),
        ("config", ("/c/a.yaml", "/c/a.yaml", "/c/b.yaml", "/c/b.yaml")),
        ("net", ("resnet18", "resnet50", "resnet50")),
    ],
)
def test_the_chosen_parameters_make_the_groups(key: str, values: tuple[str, ...]) -> None:
    assert left_out(*values, key=key) is None


def test_runs_with_the_same_seed_are_grouped_by_their_differing_texts() -> None:
    runs = [run(str(n), params={"seed": "1", "loss": kind}) for n, kind in enumerate(("huber", "mse", "quantile"))]
    assert default_grouping(runs, DEFAULT) == ("param:loss",)


@given(st.lists(st.dictionaries(st.sampled_from(["lr", "net", "log_dir", "x"]), texts), min_size=2, max_size=8))
def test_only_differing_parameters_are_offered_with_their_counts(params: list[dict[str, str]]) -> None:
    offered = found([run(str(n), params=each) for n, each in enumerate(params)])
    for key in ("lr", "net", "log_dir", "x"):
        logged = [each[key] for each in params if key in each]
        differs = len({each.get(key) for each in params}) > 1
        assert (f"param:{key}" in offered) == differs
        if differs:
            assert offered[f"param:{key}"][1:3] == (len(set(logged)), len(params) - len(logged))


def test_tags_of_people_are_offered_and_mlflows_own_are_not() -> None:
    runs = [
        run(str(n), tags={"team": team, "mlflow.runName": team, "mlflow.user": team}) for n, team in enumerate("ab")
    ]
    assert list(found(runs)) == ["user", "tag:team"]


def test_runs_without_parameters_can_be_grouped_by_their_names() -> None:
    runs = [run(str(n), f"ppo-cartpole-{n}") for n in range(1, 6)]
    assert default_grouping(runs, DEFAULT) is None
    named, everything = suggestions(runs, DEFAULT)
    assert (named.ref.kind, named.groups, named.largest, named.value) == ("name", 1, 5, "ppo-cartpole")
    assert (str(everything.ref), everything.groups, everything.largest) == ("all", 1, 5)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("ppo_seed3", "ppo"),
        ("CartPole-v1__ppo__1__1699999999", "CartPole-v1__ppo"),
        ("resnet50", "resnet50"),
        ("DQN run 12", "DQN"),
        ("a/b/3", "a/b"),
        ("7", "7"),
        ("迷路-2", "迷路"),
    ],
)
def test_a_run_name_is_grouped_without_its_separate_number(name: str, stem: str) -> None:
    twins = suggestions([run("a", name), run("b", name)], DEFAULT)
    assert [each.value for each in twins if each.ref.kind == "name"] == [stem]


def test_experiments_are_suggested_where_there_are_several() -> None:
    runs = [run(str(n), experiment=name) for n, name in enumerate(("ppo", "ppo", "dqn"))]
    assert [str(each.ref) for each in suggestions(runs, DEFAULT)][::2][:1] == ["experiment"]


def test_nothing_is_suggested_for_one_run() -> None:
    assert suggestions([run("a", "x-1")], DEFAULT) == []


def test_groups_are_read_from_an_address() -> None:
    options, odd = ChartOptions.from_address({"grouped": "true", "group": ["param:a,b", "name:^(x)"], "alone": "abc"})
    assert (options.group, options.alone, odd) == (("param:a,b", "name:^(x)"), ("abc",), [])
    options, odd = ChartOptions.from_address({"group": "name:(", "alone": "no id", "axis": "episodes"})
    assert (options.group, options.alone, options.axis, odd) == ((), (), "episodes", ["alone", "group"])


def test_a_group_by_name_is_labelled_with_the_matched_text() -> None:
    runs = [run("a", "ppo-cartpole-1"), run("b", "ppo-cartpole-2")]

    def labels(pattern: str) -> list[str]:
        return [group.label for group in group_runs(runs, [f"name:{pattern}"], DEFAULT)]

    assert labels(r"^(.*?)-\d+$") == ["ppo-cartpole"]
    assert labels("dqn") == [""]
    assert labels("x*") == ["x*="]
    assert labels(r"\d") == ["1", "2"]
