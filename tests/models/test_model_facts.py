"""The facts of a model from a version's tags, its run and its registered model."""

from domain.registry.model_ids import VersionIds, name_in
from domain.registry.models import order_of
from mlflow_api.registry.versions import Registered, Version
from services.registry.mlflow_model_tags import ModelRunFacts, model_of

RUN = ModelRunFacts(
    "PPO", "CartPole-v1", None, 0.5, 900, mean_return=480.5, env_spec='{"id": "CartPole-v1"}', policy_signature="{}"
)


def version(**tags: str) -> Version:
    return Version(version="3", run_id="r", description="The one for the demo.", tags=tags)  # type: ignore[arg-type]


def test_facts_of_a_version_come_before_those_of_its_run() -> None:
    found = model_of(version(env_spec='{"id": "Own-v0"}', mean_return="12"), RUN, Registered())
    assert (found.env_spec, found.mean_return, found.env_id) == ('{"id": "Own-v0"}', 12, "CartPole-v1")
    found = model_of(version(mean_return="nan"), RUN, Registered())
    assert (found.env_spec, found.mean_return, found.policy_signature) == (RUN.env_spec, None, "{}")
    assert found.in_a_list().env_spec is None


def test_tags_of_other_programs_are_shown_and_clews_own_are_not() -> None:
    aliases = [("champion", "3"), ("active", "3"), ("old", "1")]
    registered = Registered.model_validate(
        {"aliases": [{"alias": alias, "version": number} for alias, number in aliases]}
    )
    tags = {"owner": "ann", "clew.measurement": "x", "mlflow.source": "x", "env_id": "E", "note": "n" * 9999}
    found = model_of(version(**tags), None, registered, "cartpole", VersionIds("cartpole"))
    assert (found.id, found.name, found.is_active, found.aliases) == ("cartpole:3", "cartpole", True, ("champion",))
    assert (found.description, found.tags) == ("The one for the demo.", {"owner": "ann", "note": "n" * 250})


def test_an_id_names_one_version_of_one_registered_model() -> None:
    first, other = VersionIds(), VersionIds("cart pole")
    for ids, model_id in ((first, "3"), (other, "cart pole:3")):
        assert ids.id_of("3") == model_id
        assert ids.version_of(model_id) == "3"
    for model_id in (":3", "0", "03", "x:3", "cart pole:3", "3:", ""):
        assert first.version_of(model_id) is None
    for model_id in ("3", ":3", "cart pole:", "cart pole:0", "cart pole:3:3", "pole:3"):
        assert other.version_of(model_id) is None
    assert sorted(["pong:10", "10", "b", "pong:9", "9"], key=order_of) == ["9", "10", "pong:9", "pong:10", "b"]
    assert [name_in(one) for one in ("3", "cart pole:3", ":3")] == [None, "cart pole", None]
