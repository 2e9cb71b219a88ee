"""What the tags of a registered model and of its versions say: models, and former activations."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Self

from pydantic import ValidationError

from domain.addresses import hiding_credentials, without_credentials
from domain.errors.records import BeingPurged, ChangedMeanwhile, DeletedMeanwhile, RestoreFirst
from domain.registry.measurements import Measurement
from domain.registry.models import (
    DELETED_TAG,
    MEASUREMENT_TAG,
    PURGING_TAG,
    Activation,
    Model,
    ModelState,
    state_of,
)
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary
from mlflow_api.registry import Registered, Version, moment_of

HISTORY_TAG: Final = "clew.activation."
_HISTORY_KEY: Final = re.compile(re.escape(HISTORY_TAG) + r"\d{8}T\d{12}-[0-9a-f]{6}", re.ASCII)
_CHECKED_TAGS: Final = ("onnx_file", "env_id")


class RunFacts(NamedTuple):
    """What a run tells of the model that it made."""

    algorithm: str | None
    env_id: str | None
    ended_at: datetime | None
    success_rate: float | None
    episodes: int | None

    @classmethod
    def of(cls, run: Run, vocabulary: Vocabulary) -> Self:
        """Reads `run` by `vocabulary`."""
        return cls(
            algorithm=run.parameter("algorithm", vocabulary),
            env_id=run.parameter("environment", vocabulary),
            ended_at=run.ended_at,
            success_rate=run.latest("success_rate", vocabulary),
            episodes=run.episodes(vocabulary),
        )


def model_of(version: Version, run: RunFacts | None, active: str | None) -> Model:
    """The version's own tags first; what another tool registered shows what its run tells. Raises ValidationError."""
    tags = version.tags
    file = tags.get("onnx_file")
    source = _without_secrets(version.source)
    measured = _measured(tags.get(MEASUREMENT_TAG))
    return Model(
        id=version.version,
        algorithm=tags.get("algorithm") or (run and run.algorithm) or None,
        trained_at=moment_of(tags.get("trained_at")) or (run.ended_at if run else None),
        success_rate=measured.seen.success_rate if measured else _registered_rate(tags, run),
        onnx_path=f"{source}/{file}" if file else source or None,
        total_episodes=_count(tags.get("total_episodes")) or ((run.episodes if run else None) or None),
        env_id=tags.get("env_id") or (run and run.env_id) or None,
        run_id=version.run_id or None,
        measured=measured,
        state=state_of(version.version, tags, active),
    )


def activations(registered: Registered) -> Iterator[Activation]:
    """The history as it is kept; a tag that another hand wrote and that makes no sense is passed over."""
    for key in activation_keys(registered):
        activation = activation_in(registered.tags[key])
        if activation is not None:
            yield activation


def activation_keys(registered: Registered) -> list[str]:
    """The tags of the history, the newest first by the moment in the key; those of another hand come last."""
    keys = [key for key in registered.tags if key.startswith(HISTORY_TAG)]
    return sorted(keys, key=lambda key: (_HISTORY_KEY.fullmatch(key) is not None, key), reverse=True)


def activation_in(tag: str) -> Activation | None:
    """What a tag of the history says; None where another hand wrote it and it makes no sense."""
    with suppress(ValidationError):
        return Activation.model_validate_json(tag)
    return None


def refuse_deleted(version: Version) -> None:
    """Raises `Conflict` for a version that is deleted, as long as no alias points at it."""
    if state_of(version.version, version.tags, None) is ModelState.DELETED:
        if PURGING_TAG in version.tags:
            raise BeingPurged(version.version)
        raise RestoreFirst(version.version)


def refuse_changed(checked: Version, found: Version) -> None:
    """Raises `Conflict` where the version was deleted since it was checked, or where the check was about another file.

    For the last look before the pointer moves: a deletion that was answered before it stands.
    """
    if DELETED_TAG in found.tags:
        raise DeletedMeanwhile(found.version)
    if any(found.tags.get(tag) != checked.tags.get(tag) for tag in _CHECKED_TAGS):
        raise ChangedMeanwhile(found.version)


def _without_secrets(source: str) -> str:
    """An address of artifacts may have a name and a password in it, which no page and no answer shows."""
    try:
        return without_credentials(source) if "@" in source else source
    except ValueError:  # no address at all
        return hiding_credentials(source)


def _number(text: str | None) -> float | None:
    """A number in a tag; what is none is not known."""
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and number == number else None


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[1-9][0-9]{0,14}", text) else None


def _registered_rate(tags: Mapping[str, str], run: RunFacts | None) -> float | None:
    return _number(tags["success_rate"]) if "success_rate" in tags else _rate(run)


def _measured(tag: str | None) -> Measurement | None:
    """What Clew measured; a tag that another hand wrote and that makes no sense is passed over."""
    with suppress(ValidationError):
        return None if tag is None else Measurement.model_validate_json(tag)
    return None


def _rate(run: RunFacts | None) -> float | None:
    rate = None if run is None else run.success_rate
    return rate if rate is not None and 0 <= rate <= 1 else None
