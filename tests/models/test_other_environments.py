"""Models of environments other than the maze: checked in theirs, with a question where one is needed."""

import json
from pathlib import Path

import gymnasium
import pytest
from flask.testing import FlaskClient

from tests.models.changing import change
from tests.models.host import Host
from tests.registry import Registry

FILES = Path(__file__).parents[1] / "policies" / "files"


def registered_file(registry: Registry, name: str, env_id: str, **tags: str) -> str:
    return registry.version((FILES / f"{name}.onnx").read_bytes(), env_id=env_id, **tags)


def client_of(host: Host) -> FlaskClient:
    return host.workers[host.at].test_client()


def test_a_cartpole_policy_as_stable_baselines3_exports_it_is_checked_and_activated(
    host: Host, registered: Registry
) -> None:
    version, client = registered_file(registered, "cartpole_ppo", "CartPole-v1"), client_of(host)
    first_answer = change(client, "activate", version)
    assert (first_answer["outcome"], "CartPole-v1" in first_answer["question"]["sentence"]) == ("asked", True)
    assert change(client, "activate", version, is_confirmed=True)["outcome"] == "done"
    other = registered_file(registered, "pendulum_sac", "CartPole-v1")
    refused = change(client, "activate", other, is_confirmed=True)
    assert (refused["outcome"], "matches none of the observations of CartPole-v1" in refused["sentence"]) == (
        "refused",
        True,
    )


def test_the_activating_person_chooses_how_a_policy_is_read_and_that_is_kept_with_it(
    host: Host, registered: Registry
) -> None:
    version, client = registered_file(registered, "cartpole_dqn", "CartPole-v1"), client_of(host)
    first_answer = change(client, "activate", version, is_confirmed=True)
    over_the_api = client.post("/api/models/active", json={"model_id": version})
    assert (over_the_api.status_code, over_the_api.get_json()["code"]) == (422, "signature-unclear")
    readings = {choice["text"]: choice["signature"] for choice in first_answer["question"]["choices"]}
    assert (first_answer["outcome"], list(readings)) == ("asked", ["Q values", "probabilities", "logits"])
    refused = change(client, "activate", version, is_confirmed=True, signature=readings["probabilities"])
    assert (refused["outcome"], "not probabilities" in refused["sentence"]) == ("refused", True)
    done = change(client, "activate", version, is_confirmed=True, signature=readings["Q values"])
    assert done["outcome"] == "done"
    assert client.get(f"/api/models/{version}").get_json()["policy_signature"] == readings["Q values"]


def test_a_missing_environment_is_reported_before_the_activation(host: Host, registered: Registry) -> None:
    version, client = registered_file(registered, "cartpole_dqn", "OurRobot-v3"), client_of(host)
    registered.tracking.post(
        "registered-models/alias", {"name": registered.name, "alias": "active", "version": version}
    )  # so that no other environment causes a question
    first_answer = change(client, "activate", version)
    assert (first_answer["outcome"], "OurRobot-v3" in first_answer["question"]["sentence"]) == ("asked", True)
    assert change(client, "activate", version, is_confirmed=True)["outcome"] == "done"


def test_the_history_shows_the_returns_of_models_for_the_same_environment(host: Host, registered: Registry) -> None:
    client = client_of(host)
    worse = registered_file(registered, "cartpole_ppo", "CartPole-v1", mean_return="20")
    better = registered_file(registered, "cartpole_ppo", "CartPole-v1", mean_return="480.5")
    for model_id in (registered.version(mean_return="0.5"), worse, better):
        assert client.post("/api/models/active", json={"model_id": model_id}).status_code == 200
    answer = [(one["mean_return"], one["former_mean_return"]) for one in client.get("/api/models/history").get_json()]
    assert answer == [(480.5, 20.0), (20.0, None), (0.5, None)], "the maze's return is none of CartPole's"


def version_with_files(registry: Registry, env_id: str, in_run: dict[str, bytes], in_folder: dict[str, bytes]) -> str:
    """Registers a version of the CartPole policy with files in its run and in its own folder; returns its number."""
    run_id = registry.tracking.run(registry.experiment_id)
    for name, content in in_run.items():
        registry.put(f"{registry.experiment_id}/{run_id}/artifacts/{name}", content)
    policy = (FILES / "cartpole_ppo.onnx").read_bytes()
    return registry.version(policy, of_run=run_id, other_files=in_folder, env_id=env_id)


STATISTICS = {"parts": {"observation": {"mean": [0.0] * 4, "var": [4.0] * 4}}}


@pytest.mark.parametrize("where", ["run", "folder"])
def test_files_next_to_a_model_supply_what_its_tags_lack(host: Host, registered: Registry, where: str) -> None:
    spec = gymnasium.spec("CartPole-v1").to_json()
    files = {"env_spec.json": spec.encode(), "normalization.json": json.dumps(STATISTICS).encode()}
    version = version_with_files(registered, "", *((files, {}) if where == "run" else ({}, files)))
    answer = client_of(host).get(f"/api/models/{version}").get_json()
    assert (answer["env_spec"], json.loads(answer["normalization"])) == (spec, STATISTICS)
    assert answer["env_id"] == "CartPole-v1"
    assert client_of(host).post("/api/models/active", json={"model_id": version}).status_code == 200


def test_an_invalid_file_next_to_a_model_is_named(host: Host, registered: Registry) -> None:
    client = client_of(host)
    for name, content, message in (
        ("normalization.json", b'{"parts": {"observation": {"mean": [NaN], "var": [1]}}}', "are invalid"),
        ("normalization.json", b" " * (2**21 + 1), "more than 2048 KiB"),
        ("normalization.json", b"\xff\xfe", "not UTF-8 text"),
        ("env_spec.json", b"[" * 5000, "not as Gymnasium writes it"),
        ("env_spec.json", b"", "not as Gymnasium writes it"),
        ("env_spec.json", b" " * (2**16 + 1), "more than 64 KiB"),
        ("vecnormalize.pkl", b"cos\nsystem\n(S'true'\ntR.", "a pickle, which is never opened"),
    ):
        for files in ({name: content}, {}), ({}, {name: content}):
            version = version_with_files(registered, "CartPole-v1", *files)
            refused = client.post("/api/models/active", json={"model_id": version})
            sentence = refused.get_json()["error"]
            assert (refused.status_code, name in sentence, message in sentence) == (422, True, True), sentence
            assert client.get(f"/api/models/{version}").get_json()["environment_trouble"]["code"]
    where = {"name": registered.name, "version": version, "key": "normalization", "value": '{"parts": {}}'}
    registered.tracking.post("model-versions/set-tag", where)
    with_tag = client.post("/api/models/active", json={"model_id": version})
    assert with_tag.status_code == 200, "a tag comes before a file"
