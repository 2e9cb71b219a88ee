"""Reads a model from the tags of its version."""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Self

from pydantic import TypeAdapter, ValidationError

from domain.addresses import hiding_credentials, without_credentials
from domain.environments.source import id_in
from domain.errors.models.changes import BeingPurged, ChangedMeanwhile, DeletedMeanwhile, RestoreFirst
from domain.registry.measurements import AnyMeasurement
from domain.registry.model_ids import VersionIds
from domain.registry.models import (
    DELETED_TAG,
    MEASUREMENT_TAG,
    PURGING_TAG,
    Model,
    ModelState,
    state_of,
)
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary
from mlflow_api.registry.versions import Registered, Version, moment_of

_MEASUREMENT: Final[TypeAdapter[AnyMeasurement]] = TypeAdapter(AnyMeasurement)
_CHECKED_TAGS: Final = ("onnx_file", "env_id", "env_spec", "policy_signature", "normalization")
_SHOWN_ELSEWHERE: Final = frozenset(
    [*_CHECKED_TAGS, "algorithm", "trained_at", "success_rate", "mean_return", "total_episodes"]
)
_OWN: Final = ("clew.", "mlflow.")
# A list of thousands of models includes these for each, so they are short.
_MAX_TAGS: Final = 20
_LONGEST_TAG: Final = 250
_LONGEST_DESCRIPTION: Final = 2_000


class ModelRunFacts(NamedTuple):
    """The facts of the run that made a model."""

    algorithm: str | None
    env_id: str | None
    ended_at: datetime | None
    success_rate: float | None
    episodes: int | None
    mean_return: float | None = None
    env_spec: str | None = None
    policy_signature: str | None = None
    normalization: str | None = None

    @classmethod
    def of(cls, run: Run, vocabulary: Vocabulary) -> Self:
        """Reads `run` by `vocabulary`."""
        return cls(
            algorithm=run.parameter("algorithm", vocabulary),
            env_id=run.parameter("environment", vocabulary) or run.tags.get("env_id"),
            ended_at=run.ended_at,
            success_rate=run.latest("success_rate", vocabulary),
            episodes=run.episodes(vocabulary),
            mean_return=_finite(run.metrics["mean_return"].value) if "mean_return" in run.metrics else None,
            env_spec=run.tags.get("env_spec"),
            policy_signature=run.tags.get("policy_signature"),
            normalization=run.tags.get("normalization"),
        )


def model_of(
    version: Version,
    run: ModelRunFacts | None,
    registered: Registered,
    name: str | None = None,
    ids: VersionIds | None = None,
) -> Model:
    """Builds a model from the version's own tags; missing values are taken from its run. Raises ValidationError."""
    tags = version.tags
    file = tags.get("onnx_file")
    env_spec = tags.get("env_spec") or (run and run.env_spec) or None
    source = _without_secrets(version.source)
    measured = _measured(tags.get(MEASUREMENT_TAG))
    return Model(
        id=(ids or VersionIds()).id_of(version.version),
        name=name,
        algorithm=tags.get("algorithm") or (run and run.algorithm) or None,
        trained_at=moment_of(tags.get("trained_at")) or (run.ended_at if run else None),
        success_rate=measured.success_rate if measured else _registered_rate(tags, run),
        mean_return=measured.mean_return if measured else _registered_return(tags, run),
        onnx_path=f"{source}/{file}" if file else source or None,
        total_episodes=_count(tags.get("total_episodes")) or ((run.episodes if run else None) or None),
        env_id=tags.get("env_id") or (run and run.env_id) or id_in(env_spec or "") or None,
        env_spec=env_spec,
        policy_signature=tags.get("policy_signature") or (run and run.policy_signature) or None,
        normalization=tags.get("normalization") or (run and run.normalization) or None,
        run_id=version.run_id or None,
        measured=measured,
        description=version.description[:_LONGEST_DESCRIPTION] or None,
        aliases=registered.others_aliases(version.version),
        tags=_others_tags(tags),
        state=state_of(version.version, tags, registered.active),
    )


def refuse_deleted(version: Version, model_id: str) -> None:
    """Raises `Conflict` for a deleted version that no alias points at."""
    if state_of(version.version, version.tags, None) is ModelState.DELETED:
        if PURGING_TAG in version.tags:
            raise BeingPurged(model_id)
        raise RestoreFirst(model_id)


def refuse_changed(checked: Version, found: Version, model_id: str) -> None:
    """Raises `Conflict` if the version was deleted since its check, or its checked tags were changed.

    It is called last, before the alias is moved: a deletion that was answered before takes precedence.
    """
    if DELETED_TAG in found.tags:
        raise DeletedMeanwhile(model_id)
    if any(found.tags.get(tag) != checked.tags.get(tag) for tag in _CHECKED_TAGS):
        raise ChangedMeanwhile(model_id)


def _without_secrets(source: str) -> str:
    """Removes credentials from an artifact address, so that they are never shown."""
    try:
        return without_credentials(source) if "@" in source else source
    except ValueError:  # not an address
        return hiding_credentials(source)


def _number(text: str | None) -> float | None:
    """Returns the number in a tag; None for NaN and other texts."""
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and number == number else None


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[1-9][0-9]{0,14}", text) else None


def _registered_rate(tags: Mapping[str, str], run: ModelRunFacts | None) -> float | None:
    return _number(tags["success_rate"]) if "success_rate" in tags else _rate(run)


def _registered_return(tags: Mapping[str, str], run: ModelRunFacts | None) -> float | None:
    return _finite(_number(tags["mean_return"])) if "mean_return" in tags else (run and run.mean_return)


def _others_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Returns the tags that are shown unchanged: neither Clew's nor MLflow's own, nor metadata of the model."""
    keys = [key for key in sorted(tags) if key not in _SHOWN_ELSEWHERE and not key.startswith(_OWN)]
    return {key: tags[key][:_LONGEST_TAG] for key in keys[:_MAX_TAGS]}


def _measured(tag: str | None) -> AnyMeasurement | None:
    """Returns Clew's measurement; an invalid tag of another program is ignored."""
    with suppress(ValidationError):
        return None if tag is None else _MEASUREMENT.validate_json(tag)
    return None


def _rate(run: ModelRunFacts | None) -> float | None:
    rate = None if run is None else run.success_rate
    return rate if rate is not None and 0 <= rate <= 1 else None
