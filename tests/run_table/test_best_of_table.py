"""The best runs by columns are those that plain Python finds, run by run."""

from datetime import timedelta
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from domain.run_table.table import RunTable
from domain.tracking.best_runs import RECENT, best_per_algorithm
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT
from tests.run_table.hostile_runs import LISTS, NOW, RUN_IDS

FEW = st.builds(
    Run,
    run_id=RUN_IDS,
    name=st.just(""),
    experiment_id=st.just("1"),
    experiment=st.sampled_from(["a", "b", "Maze"]),
    status=st.sampled_from([RunStatus.FINISHED, RunStatus.FINISHED, RunStatus.RUNNING]),
    started_at=st.none(),
    ended_at=st.one_of(st.none(), st.integers(0, 10).map(lambda days: NOW - timedelta(days=days))),
    params=st.fixed_dictionaries(
        {}, optional={"algorithm": st.sampled_from(["PPO", "ppo", "DQN"]), "env_id": st.sampled_from(["Maze", "Pole"])}
    ),
    metrics=st.dictionaries(
        st.sampled_from(["success_rate", "episode_reward", "rollout/ep_rew_mean", "loss"]),
        st.sampled_from([0.0, 0.25, 1.0, 7.0, inf]).map(lambda value: LatestMetric(value=value, step=1, timestamp=0)),
    ),
    tags=st.just({}),
)


def ended(run: Run) -> float:
    moment = run.ended_at or run.started_at
    return 0.0 if moment is None else moment.timestamp()


def merit(run: Run) -> tuple[float, float]:
    found = (run.latest("success_rate", DEFAULT), run.latest("reward", DEFAULT))
    return tuple(-inf if value is None else value for value in found)  # type: ignore[return-value]


def place(run: Run) -> tuple[str | None, str | None]:
    environment = run.parameter("environment", DEFAULT)
    return environment, None if environment is not None else run.experiment


def expected(table: RunTable) -> list[tuple[str | None, str | None, list[str]]]:
    finished = [run for run in table.runs() if run.status is RunStatus.FINISHED]
    recent = [run for run in finished if ended(run) >= (NOW - RECENT).timestamp()]
    return winners(recent) or winners(finished)


def winners(runs: list[Run]) -> list[tuple[str | None, str | None, list[str]]]:
    best: dict[tuple[object, ...], Run] = {}
    places: dict[tuple[str | None, str | None], None] = {}
    for run in sorted(runs, key=ended, reverse=True):
        if run.diverged(DEFAULT) or run.out_of_range(DEFAULT) or merit(run) == (-inf, -inf):
            continue
        algorithm = run.parameter("algorithm", DEFAULT)
        reward = run.metric_key("reward", DEFAULT)
        contest = place(run), None if algorithm is None else algorithm.strip().casefold(), reward
        places.setdefault(place(run))
        if contest not in best or merit(run) > merit(best[contest]):
            best[contest] = run

    def rank(run: Run) -> tuple[float, str, float, float]:
        rate, reward = merit(run)
        return -rate, run.metric_key("reward", DEFAULT) or "", -reward, -ended(run)

    ranked = sorted(best.values(), key=rank)
    return [(*where, [run.run_id for run in ranked if place(run) == where]) for where in places]


@given(runs=st.one_of(LISTS, st.lists(FEW, max_size=8, unique_by=lambda run: run.run_id)))
def test_the_best_runs_equal_those_found_in_plain_python(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    found = best_per_algorithm(table, NOW, DEFAULT)
    ranked = [(one.environment, one.experiment, [run.run_id for run in one.runs]) for one in found.environments]
    assert ranked == expected(table)
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    if not found.are_recent:
        assert found.diverged == sum(bool(run.diverged(DEFAULT)) for run in finished)
        odd = [run for run in finished if run.out_of_range(DEFAULT) and not run.diverged(DEFAULT)]
        assert found.out_of_range == len(odd)
