"""Groups of runs: which runs belong together, and the label of a group."""

from hypothesis import given
from hypothesis import strategies as st

from domain.charts.chart_options import ChartOptions
from domain.grouping.candidates import default_grouping
from domain.tracking.grouping import differing_parameters, group_runs, grouping
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import DEFAULT
from settings.vocabulary_file import vocabulary_with


def run(run_id: str, /, **params: str) -> Run:
    return Run(
        run_id=run_id,
        name=run_id,
        experiment_id="1",
        experiment="maze",
        status=RunStatus.FINISHED,
        started_at=None,
        ended_at=None,
        params=params,
        metrics={},
        tags={},
    )


values = st.sampled_from(["0.1", "0.2", ""])
parameters = st.dictionaries(st.sampled_from(["algorithm", "lr", "gamma", "seed"]), values)
runs_of_any_kind = st.lists(parameters, min_size=1, max_size=12).map(
    lambda each: [run(f"run{i}", **params) for i, params in enumerate(each)]
)


@given(runs_of_any_kind, st.lists(st.sampled_from(["algorithm", "lr", "gamma", "seed"]), unique=True))
def test_runs_share_a_group_if_and_only_if_they_share_the_parameters(runs: list[Run], by: list[str]) -> None:
    groups = group_runs(runs, [f"param:{key}" for key in by], DEFAULT)
    group_of = {run_id: group for group in groups for run_id in group.run_ids}
    assert sorted(group_of) == sorted(run.run_id for run in runs)
    assert sum(len(group.run_ids) for group in groups) == len(runs)
    for one in runs:
        assert group_of[one.run_id].values == {f"param:{key}": one.params.get(key) for key in by}
        for other in runs:
            is_together = group_of[one.run_id] is group_of[other.run_id]
            assert is_together == all(one.params.get(key) == other.params.get(key) for key in by)


@given(runs_of_any_kind, st.lists(st.sampled_from(["algorithm", "lr", "gamma", "seed"]), unique=True))
def test_labels_distinguish_groups_and_omit_what_they_share(runs: list[Run], by: list[str]) -> None:
    groups = group_runs(runs, [f"param:{key}" for key in by], DEFAULT)
    assert len({group.label for group in groups}) == len(groups)
    for key in by:
        is_shared = len({group.values[f"param:{key}"] for group in groups}) == 1
        assert not (is_shared and any(f"{key}=" in group.label for group in groups))


def test_a_group_is_labelled_with_its_differing_values() -> None:
    runs = [run("a", lr="0.1", algo="ppo", gamma="1"), run("b", lr="0.2", algo="dqn", gamma="1"), run("c", lr="0.1")]
    by = ["param:gamma", "param:lr", "param:algo"]
    assert [group.label for group in group_runs(runs[:2], by, DEFAULT)] == ["ppo", "dqn"]
    assert [group.label for group in group_runs(runs, by, DEFAULT)] == ["ppo", "dqn", "algo=–"]
    same_algorithm = [run("d", lr="0.3", algo="ppo", gamma="1"), *runs[:2]]
    assert [group.label for group in group_runs(same_algorithm, by, DEFAULT)] == [
        "ppo · lr=0.3",
        "ppo · lr=0.1",
        "dqn · lr=0.2",
    ]
    assert group_runs(runs[:1], by, DEFAULT)[0].label == ""


def test_the_default_grouping_is_by_every_parameter_except_the_seed() -> None:
    runs = [run("a", lr="0.1", seed="1"), run("b", lr="0.1", random_seed="2"), run("c", gamma="0.9")]
    assert default_grouping(runs, DEFAULT) == ("param:gamma", "param:lr")
    ours = vocabulary_with({"parameters": {"seed": ["rng"]}})
    assert default_grouping([run("a", rng="1", lr="2"), run("b", rng="2", lr="3")], ours) == ("param:lr",)


def test_a_second_seed_parameter_is_a_setting_if_runs_share_its_values() -> None:
    shared = [run(str(n), seed=str(n), env_seed=str(n % 2)) for n in range(4)]
    assert default_grouping(shared, DEFAULT) == ("param:env_seed",)
    own = [run(str(n), seed=str(n), env_seed=str(10 * n)) for n in range(4)]
    assert default_grouping(own, DEFAULT) == ()


def test_there_is_no_default_grouping_without_a_seed() -> None:
    assert default_grouping([run("a", lr="0.1"), run("b", lr="0.1")], DEFAULT) is None


def test_seeds_that_repeat_within_a_group_are_reported() -> None:
    runs = [run("a", seed="1"), run("b", seed="1"), run("c", seed="2"), run("d"), run("e")]
    assert group_runs(runs, [], DEFAULT)[0].repeated_seeds == ("1",)


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), parameters, max_size=6))
def test_differing_parameters_equal_those_found_in_a_plain_loop(given: dict[str, dict[str, str]]) -> None:
    table = differing_parameters(given)
    for key in ("algorithm", "lr", "gamma", "seed"):
        logged = {run_id: params.get(key) for run_id, params in given.items()}
        assert table.get(key) == (logged if len(set(logged.values())) > 1 else None)


def test_a_parameter_that_was_not_logged_differs_from_an_empty_one() -> None:
    assert differing_parameters({"a": {"lr": ""}, "b": {}}) == {"lr": {"a": "", "b": None}}


def test_a_chosen_grouping_replaces_the_default_one() -> None:
    runs = [run("a", lr="0.1", seed="1"), run("b", lr="0.2", seed="2")]
    assert grouping(runs, ChartOptions(), DEFAULT) is None
    assert grouping(runs, ChartOptions(group=("all",)), DEFAULT) is None
    by_default = grouping(runs, ChartOptions(grouped=True), DEFAULT)
    assert by_default is not None
    assert [group.label for group in by_default] == ["lr=0.1", "lr=0.2"]
    chosen_groups = grouping(runs, ChartOptions(grouped=True, group=("all",)), DEFAULT)
    assert chosen_groups is not None
    assert [(group.label, group.run_ids) for group in chosen_groups] == [("", ("a", "b"))]


def test_labels_differ_where_values_look_the_same() -> None:
    runs = [run("a", algo="a · b", env="c"), run("b", algo="a", env="b · c"), run("c", algo="–"), run("d")]
    groups = group_runs(runs, ["algorithm", "environment"], DEFAULT)
    assert len({group.label for group in groups}) == 4
