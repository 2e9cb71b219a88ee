"""The front page's parts: silent runs, the best of each algorithm, the active model's date; and their texts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel

from callbacks.front import waiting_trainings
from callbacks.front_runs import Fill, best_runs_by, runs_in_progress_by
from components.front import front, front_attention, front_best, front_health, front_model
from domain.alerts.alert_list import AlertList
from domain.errors.connections import ConnectionRefused
from domain.errors.names import TRAINING_SCHEDULER, GpuMonitor
from domain.front import in_progress
from domain.health import Dependency, HealthReport, ServiceHealth, ServiceKind, State
from domain.message_data import coded
from domain.registry.models import Activation, Model, activation_of
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress
from domain.tracking.best_runs import BestRuns, best_per_algorithm
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.silence import STALLED_AFTER, last_metric_ms
from domain.tracking.vocabulary import DEFAULT
from domain.trainings.answers import TrainingList
from services.failures import Failure
from services.trainings.training_snapshots import KnownTrainings, QueueView

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def app_context() -> Iterator[None]:
    """Pushes an app context: links need the path below which Clew is served."""
    server = Flask("test")
    Babel(server)
    with server.test_request_context("/"):
        yield


def run(run_id: str, **changes: object) -> Run:
    values: dict[str, object] = {
        "run_id": run_id,
        "name": run_id,
        "experiment_id": "1",
        "experiment": "maze",
        "status": RunStatus.RUNNING,
        "started_at": NOW - timedelta(hours=1),
        "ended_at": None,
        "params": {"algorithm": "PPO"},
        "metrics": {},
        "tags": {},
    }
    return Run.model_validate(values | changes)


def logged(ago: timedelta, value: float = 0.5) -> LatestMetric:
    return LatestMetric(value=value, step=1, timestamp=round((NOW - ago).timestamp() * 1000))


def finished(run_id: str, rate: float | None, reward: float | None = None, **changes: object) -> Run:
    known = {"success_rate": rate, "episode_reward": reward}
    metrics = {key: logged(MINUTE, value) for key, value in known.items() if value is not None}
    ended = {"status": RunStatus.FINISHED, "ended_at": NOW - timedelta(days=1), "metrics": metrics}
    return run(run_id, **(ended | changes))


def silence(**changes: object) -> int | None:
    return in_progress([run("a", **changes)], NOW, DEFAULT)[0].silent_minutes


class TestRunsInProgress:
    def test_a_run_is_silent_after_more_than_ten_minutes_without_a_metric(self) -> None:
        assert timedelta(minutes=10) == STALLED_AFTER
        assert silence(metrics={"loss": logged(10 * MINUTE)}) is None
        assert silence(metrics={"loss": logged(12 * MINUTE)}) == 12

    def test_silence_is_counted_from_the_newest_metric(self) -> None:
        assert silence(metrics={"loss": logged(50 * MINUTE), "reward": logged(MINUTE)}) is None

    def test_system_metrics_do_not_end_a_silence(self) -> None:
        assert silence(metrics={"loss": logged(20 * MINUTE), "system/cpu": logged(MINUTE)}) == 20

    def test_silence_without_any_metric_is_counted_from_the_start(self) -> None:
        assert silence(started_at=NOW - 9 * MINUTE) is None
        assert silence(started_at=NOW - 40 * MINUTE) == 40
        assert silence(started_at=None) is None

    @pytest.mark.parametrize("moment", [0, -5, 1_795_000_000, 1_795_000_000_000_000_000, 4_102_444_800_000])
    def test_an_invalid_time_of_a_metric_is_treated_as_missing(self, moment: int) -> None:
        odd = run("a", metrics={"loss": LatestMetric(value=1, step=1, timestamp=moment)})
        assert last_metric_ms(odd, NOW) is None
        assert silence(metrics=odd.metrics) is None  # it may have logged a moment ago

    def test_a_metric_time_in_the_future_is_no_silence(self) -> None:
        assert silence(metrics={"loss": logged(-30 * MINUTE)}) is None

    @pytest.mark.parametrize("key", ["loss", "train/value_loss", "rollout/ep_rew_mean", "success_rate"])
    def test_a_run_that_diverged_is_flagged_and_comes_before_a_newer_one_that_trains(self, key: str) -> None:
        runs = [
            run("newer", metrics={key: logged(MINUTE, 0.5)}),
            run("gone", metrics={key: logged(MINUTE, float("nan"))}, started_at=NOW - 5 * timedelta(hours=1)),
        ]
        found = in_progress(runs, NOW, DEFAULT)
        assert [(one.run_id, list(one.diverged)) for one in found] == [("gone", [key]), ("newer", [])]
        assert f"diverged (NaN at step 1): {key}" in str(front.runs_in_progress(found))

    def test_a_scheduled_run_is_not_silent(self) -> None:
        assert silence(status=RunStatus.SCHEDULED) is None

    def test_silent_runs_come_first_then_the_newest_and_ended_ones_are_absent(self) -> None:
        runs = [
            run("old", metrics={"loss": logged(MINUTE)}, started_at=NOW - 90 * MINUTE),
            run("new", metrics={"loss": logged(MINUTE)}, started_at=NOW - 5 * MINUTE),
            run("still", metrics={"loss": logged(30 * MINUTE)}, started_at=NOW - 200 * MINUTE),
            finished("over", 1.0),
        ]
        assert [one.run_id for one in in_progress(runs, NOW, DEFAULT)] == ["still", "new", "old"]

    def test_eight_runs_in_progress_are_shown_and_the_others_counted(self) -> None:
        text = str(front.runs_in_progress(in_progress([run(f"r{n}") for n in range(11)], NOW, DEFAULT)))
        assert text.count("/mlflow/runs/") == 8
        assert "and 3 more" in text

    def test_a_silent_run_shows_the_length_of_its_silence_and_a_sample_its_badge(self) -> None:
        quiet = run("a", metrics={"loss": logged(12 * MINUTE)}, tags={"clew.sample": "true"})
        text = str(front.runs_in_progress(in_progress([quiet], NOW, DEFAULT)))
        assert "no metric for 12 min" in text
        assert "sample" in text
        long = run("a", metrics={"loss": logged(300 * MINUTE)})
        assert "no metric for 5 h" in str(front.runs_in_progress(in_progress([long], NOW, DEFAULT)))
        assert "No run is in progress" in str(front.runs_in_progress([]))


class TestWhatNeedsAttention:
    ALERTS = AlertList(is_watched=True)

    @staticmethod
    def queue(failure: Failure | None = None, *, age: timedelta = timedelta()) -> QueueView:
        waiting = {
            "run_id": "a",
            "name": "",
            "trainer": "maze",
            "experiment": "e",
            "values": {},
            "state": "queued",
            "asked_ms": 1,
        }
        known = KnownTrainings(listed=TrainingList.model_validate({"trainings": [waiting]}))
        return QueueView(known=known, as_of=datetime.now(UTC) - age, failure=failure)

    def shown(self, queue: QueueView, *, is_configured: bool = True) -> str:
        waiting = waiting_trainings(queue, is_configured=is_configured)
        return str(front_attention.attention(self.ALERTS, waiting, 0))

    def test_a_queue_that_was_just_read_has_the_age_of_the_tile(self) -> None:
        text = self.shown(self.queue())
        assert "1 training is waiting in the queue." in text
        assert "as of" not in text

    @pytest.mark.parametrize("is_failing", [True, False])
    def test_an_older_queue_has_its_own_age(self, is_failing: bool) -> None:
        failure = Failure.of(ConnectionRefused(TRAINING_SCHEDULER), TRAINING_SCHEDULER) if is_failing else None
        text = self.shown(self.queue(failure, age=timedelta(hours=2)))
        assert "1 training is waiting in the queue." in text
        assert "as of" in text

    def test_a_queue_that_is_not_known_is_not_called_empty(self) -> None:
        assert "whether trainings are waiting is not known" in self.shown(QueueView())
        nothing = QueueView(known=KnownTrainings(listed=TrainingList()), as_of=datetime.now(UTC))
        assert "Nothing needs your attention now." in self.shown(nothing)

    def test_a_team_without_a_scheduler_reads_nothing_about_its_trainings(self) -> None:
        never = QueueView(failure=Failure.of(ConnectionRefused(TRAINING_SCHEDULER), TRAINING_SCHEDULER))
        assert "Nothing needs your attention now." in self.shown(never, is_configured=False)
        assert "whether trainings are waiting is not known" in self.shown(never)
        assert "whether trainings are waiting is not known" in self.shown(QueueView(), is_configured=False)


@pytest.mark.parametrize("fill", [runs_in_progress_by(DEFAULT), best_runs_by(DEFAULT)])
def test_a_list_that_is_still_being_read_is_not_called_empty(fill: Fill) -> None:
    assert fill(RunTable.of([]).with_facts(version="a", progress=Progress(read=0)), NOW) is None
    assert fill(RunTable.of([]).with_facts(version="b"), NOW) is not None


def best_ids(best: BestRuns) -> list[str]:
    return [one.run_id for environment in best.environments for one in environment.runs]


class TestBestRuns:
    def test_the_best_run_of_an_algorithm_has_the_highest_success_rate_then_reward(self) -> None:
        runs = [
            finished("low", 0.5, 9.0),
            finished("high", 0.9, 0.1),
            finished("equal-but-richer", 0.9, 0.2),
            finished("dqn", 0.7, params={"algorithm": "DQN"}),
            finished("no-rate", None, 99.0),
        ]
        best = best_per_algorithm(RunTable.of(runs), NOW, DEFAULT)
        assert best_ids(best) == ["equal-but-richer", "dqn"]
        assert best.are_recent

    def test_a_failed_run_or_one_without_values_is_not_the_best(self) -> None:
        runs = [finished("failed", 1.0, status=RunStatus.FAILED), finished("mute", None), run("running")]
        nothing = BestRuns(environments=[], are_recent=False, diverged=0, out_of_range=0)
        assert best_per_algorithm(RunTable.of(runs), NOW, DEFAULT) == nothing
        assert "No run has finished" in str(front_best.best_runs(nothing))

    def test_runs_of_the_last_seven_days_come_before_better_older_ones(self) -> None:
        old = finished("old", 1.0, ended_at=NOW - timedelta(days=8))
        assert best_ids(best_per_algorithm(RunTable.of([old, finished("new", 0.2)]), NOW, DEFAULT)) == ["new"]

    def test_all_runs_are_ranked_with_a_notice_if_none_is_recent(self) -> None:
        old = finished("old", 1.0, ended_at=NOW - timedelta(days=8), tags={"clew.sample": "true"})
        best = best_per_algorithm(RunTable.of([old]), NOW, DEFAULT)
        assert (best_ids(best), best.are_recent) == (["old"], False)
        text = str(front_best.best_runs(best))
        assert "for all runs" in text
        assert "sample" in text

    @pytest.mark.parametrize("spelling", ["ppo", "Ppo", " PPO ", "PPO"])
    def test_the_case_of_an_algorithms_name_does_not_matter(self, spelling: str) -> None:
        runs = [finished("a", 0.5), finished("b", 0.7, params={"algorithm": spelling})]
        assert best_ids(best_per_algorithm(RunTable.of(runs), NOW, DEFAULT)) == ["b"]

    def test_rewards_of_two_environments_or_two_metrics_are_never_compared(self) -> None:
        def rewarded(name: str, env: str | None, key: str, reward: float, experiment: str = "maze") -> Run:
            params = {"algorithm": "PPO"} | ({} if env is None else {"env_id": env})
            metrics = {key: logged(MINUTE, reward)}
            return finished(name, None, params=params, metrics=metrics, experiment=experiment)

        runs = [
            rewarded("maze", "Maze", "episode_reward", 0.9),
            rewarded("worse-maze", "Maze", "episode_reward", 0.8),
            rewarded("pole", "CartPole-v1", "episode_reward", 500.0),
            rewarded("other-metric", "CartPole-v1", "rollout/ep_rew_mean", 9.0),
            rewarded("unknown", None, "episode_reward", 7.0),
            rewarded("elsewhere", None, "episode_reward", 8.0, experiment="walker"),
        ]
        best = best_per_algorithm(RunTable.of(runs), NOW, DEFAULT)
        assert set(best_ids(best)) == {"maze", "pole", "other-metric", "unknown", "elsewhere"}
        text = str(front_best.best_runs(best))
        for heading in ("Maze", "CartPole-v1", "maze", "walker"):
            assert f"H3(children=[Span(children='{heading}'" in text
        assert text.count("(environment not logged)") == 2
        assert "rollout/ep_rew_mean" in text

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    @pytest.mark.parametrize("key", ["success_rate", "episode_reward", "loss", "train/value_loss", "eval/mean_reward"])
    def test_diverged_runs_are_never_the_best_but_counted(self, key: str, value: float) -> None:
        gone = finished("gone", 1.0, 9.0)
        gone = gone.model_copy(update={"metrics": gone.metrics | {key: logged(MINUTE, value)}})
        best = best_per_algorithm(RunTable.of([gone, finished("fine", 0.1)]), NOW, DEFAULT)
        assert (best_ids(best), best.diverged) == (["fine"], 1)
        assert "1 run that diverged is left out." in str(front_best.best_runs(best))
        alone = best_per_algorithm(RunTable.of([gone]), NOW, DEFAULT)
        assert best_ids(alone) == []
        assert "1 run that diverged is left out." in str(front_best.best_runs(alone))

    @pytest.mark.parametrize("rate", [87.0, 1.01, -0.5])
    def test_runs_with_a_rate_out_of_range_are_never_the_best_but_counted(self, rate: float) -> None:
        best = best_per_algorithm(RunTable.of([finished("percent", rate, 99.0), finished("fine", 0.1)]), NOW, DEFAULT)
        assert (best_ids(best), best.out_of_range) == (["fine"], 1)
        text = str(front_best.best_runs(best))
        assert "1 run with a success rate out of range is left out." in text
        assert "8,700" not in text

    def test_eight_best_runs_are_shown_the_best_of_each_environment_first(self) -> None:
        runs = [
            finished(f"{env}-{name}", 0.9 - index / 100, params={"algorithm": name, "env_id": env})
            for env in ("Maze", "Pole", "Walker")
            for index, name in enumerate(("PPO", "DQN", "A2C", "SAC", "TD3", "QRDQN"))
        ]
        text = str(front_best.best_runs(best_per_algorithm(RunTable.of(runs), NOW, DEFAULT)))
        assert text.count("/mlflow/runs/") == 8
        assert text.count("Strong('PPO')") == 3
        assert "and 10 more" in text


class TestTheActiveModel:
    first = Activation(at=NOW - timedelta(days=2), by="ada", model_id="7", former_id="3")
    again = Activation(at=NOW - timedelta(days=1), by="bob", model_id="7", former_id="7")

    def test_the_active_model_is_dated_by_the_activation_that_made_it_active(self) -> None:
        of_another = self.again.model_copy(update={"name": "cartpole", "model_id": "cartpole:7"})
        assert activation_of([of_another, self.again, self.first], Model(id="7")) == self.first
        text = str(front_model.active_model(Model(id="7", success_rate=0.5), self.first))
        assert "ada" in text
        assert "50.0 %" in text
        assert "/inference?play=1" in text

    def test_a_model_activated_outside_the_history_has_no_date(self) -> None:
        assert activation_of([self.first], Model(id="3")) is None
        assert activation_of([], Model(id="3")) is None
        assert "was not recorded" in str(front_model.active_model(Model(id="3"), None))

    def test_without_an_active_model_the_page_explains_what_to_do(self) -> None:
        assert "choose one" in str(front_model.no_active_model(2))
        assert "python -m training" in str(front_model.no_active_model(0))


def test_a_service_that_fails_is_named_with_its_cause_only_once() -> None:
    refused = coded(ConnectionRefused(GpuMonitor("a")), "cause")
    down = Dependency(state=State.DOWN, latency_ms=3.0, age_seconds=None, **refused)
    listed = [ServiceHealth(kind=ServiceKind.GPU_MONITOR, name=GpuMonitor("a"), label="a", health=down)]
    text = str(front_health.services(HealthReport(services=listed, asked_at=NOW), {}))
    assert text.count("GPU monitor a") == 1
    assert "refused the connection" in text
    assert "3 ms" not in text


def test_healthy_monitors_share_a_line_and_failing_ones_come_first() -> None:
    def health(label: str, state: State) -> ServiceHealth:
        cause = coded(ConnectionRefused(GpuMonitor(label)), "cause") if state is State.DOWN else {"cause": None}
        dependency = Dependency(state=state, latency_ms=3.0, age_seconds=None, **cause)
        return ServiceHealth(kind=ServiceKind.GPU_MONITOR, name=GpuMonitor(label), label=label, health=dependency)

    hosts = [health(f"host-{number}", State.OK) for number in range(118)]
    listed = [*hosts, health("slow", State.DEGRADED), health("gone", State.DOWN)]
    report = HealthReport(services=listed, asked_at=NOW)
    (shown,) = front_health.services(report, {})
    folded = front_health.in_fold(report)
    assert len(shown.children) == 2
    assert "GPU monitor slow" in str(shown.children[0])
    assert "refused the connection" in str(shown.children[1])
    assert (folded["title"], len(folded["rows"].children)) == ("118 GPU monitors: healthy", 118)
    assert not folded["hidden"]
    report = HealthReport(services=[*hosts[:3], listed[-1]], asked_at=NOW)
    (few,) = front_health.services(report, {})
    assert front_health.in_fold(report)["hidden"]
    assert len(few.children) == 4
    assert "GPU monitor gone" in str(few.children[0])
