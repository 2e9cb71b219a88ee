"""A model of another environment than the maze is measured by its returns."""

from pathlib import Path

from domain.inference.messages import EvaluationReport, EvaluationState
from tests.inference.conftest import Team
from tests.inference.engine import Engine
from tests.misbehaving import eventually

FILES = Path(__file__).parents[1] / "policies" / "files"


def test_an_evaluation_of_cartpole_reports_returns_of_a_hundred_episodes(engine: Engine, team: Team) -> None:
    model_id = team.registry.version((FILES / "cartpole_ppo.onnx").read_bytes(), env_id="CartPole-v1")
    reports: list[EvaluationReport] = []

    def is_over() -> bool:
        reports.append(EvaluationReport.model_validate(engine.call("GET", f"/evaluations/{model_id}")[1]))
        return reports[-1].state is not EvaluationState.RUNNING

    assert engine.call("POST", f"/evaluations/{model_id}")[0] == 202
    eventually(is_over, within_seconds=300)
    report = reports[-1]
    assert (report.state, report.error) == (EvaluationState.DONE, None)
    assert (report.played, report.episodes, report.env_id) == (100, 100, "CartPole-v1")
    (returns,) = report.returns
    assert returns.iqm_interval.low <= returns.iqm_return <= returns.iqm_interval.high
    assert returns.mean_return == returns.mean_length  # CartPole pays 1 a step
    assert returns.success_rate == 0


def test_a_missing_environment_is_named(engine: Engine, team: Team) -> None:
    model_id = team.registry.version((FILES / "cartpole_ppo.onnx").read_bytes(), env_id="OurRobot-v3")
    engine.call("POST", f"/evaluations/{model_id}")
    answers = [{}]

    def has_failed() -> bool:
        answers.append(engine.call("GET", f"/evaluations/{model_id}")[1])
        return answers[-1]["state"] == "failed"

    eventually(has_failed)
    assert "OurRobot-v3" in answers[-1]["error"]
