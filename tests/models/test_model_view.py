"""The model list as the workers of a host share it."""

import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.registry.measurements import Measured, Measurement
from domain.registry.models import Activation, Model, ModelList
from domain.statistics import Interval
from domain.tracking.runs import BadRow
from services.failures import Failure
from services.registry.model_view import KnownModels
from services.sharing.reading import Attempt
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken

endless = Measured(
    episodes=1, success_rate=1, mean_return=1, mean_length=1, interval=Interval(low=-math.inf, high=math.inf)
)
ODD = Model(id="1", measured=Measurement(at=datetime(2026, 1, 2, tzinfo=UTC), seen=endless, unseen=endless))

texts = st.none() | st.text(max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
# As a tag may have them: with a zone of seconds, and close to the limits of time.
in_any_zone = st.datetimes(
    datetime(1, 1, 2),
    datetime(9999, 12, 30),
    timezones=st.timedeltas(timedelta(hours=-23.9999), timedelta(hours=23.9999)).map(timezone) | st.none(),
)
rates = st.floats(0, 1)
measured = st.builds(
    Measured,
    episodes=st.integers(1, 500),
    success_rate=rates,
    mean_return=st.floats(allow_nan=False, allow_infinity=False),
    mean_length=st.floats(1, allow_infinity=False),
    interval=st.none() | st.builds(Interval, low=st.floats(allow_nan=False), high=st.floats(allow_nan=False)),
)
models = st.builds(
    Model,
    id=st.text(min_size=1, max_size=20),
    algorithm=texts,
    trained_at=st.none() | in_any_zone,
    success_rate=st.none() | rates,
    total_episodes=st.none() | st.integers(1, 10**30),
    measured=st.none() | st.builds(Measurement, at=moments, seen=measured, unseen=measured),
)
known = st.builds(
    KnownModels,
    models=st.builds(ModelList, models=st.lists(models, max_size=3)),
    history=st.lists(st.builds(Activation, at=moments, by=texts, model_id=st.text(), success_rate=rates), max_size=2),
)
attempts = st.builds(
    Attempt,
    began_at=moments,
    ended_at=moments,
    took_seconds=st.floats(0, 1e6),
    as_of=st.none() | moments,
    failure=st.none() | st.builds(Failure, service_name=st.text(), error=st.text()),
    token=st.none() | st.text("0123456789abcdef", max_size=16),
    value_stamp=st.none() | st.tuples(*[st.integers(0, 2**63)] * 3),
)


@given(models=known, attempt=attempts)
@example(
    models=KnownModels(models=ModelList(models=[ODD])),
    attempt=Attempt(began_at=datetime.now(UTC), ended_at=datetime.now(UTC), took_seconds=1),
)
def test_a_worker_reads_the_list_that_another_wrote(cache_dir: Path, models: KnownModels, attempt: Attempt) -> None:
    SharedFile(cache_dir / "models.json", JsonForm(TypeAdapter(KnownModels))).write(models)
    assert SharedFile(cache_dir / "models.json", JsonForm(TypeAdapter(KnownModels))).read() == models
    SharedFile(cache_dir / "models-attempt.json", JsonForm(TypeAdapter(Attempt))).write(attempt)
    assert SharedFile(cache_dir / "models-attempt.json", JsonForm(TypeAdapter(Attempt))).read() == attempt


def test_bad_rows_are_shared_with_the_list(cache_dir: Path) -> None:
    bad = BadRow(row="7", field="success_rate", cause="Input should be less than or equal to 1")
    known = KnownModels(models=ModelList(models=[], bad_rows=[bad]))
    SharedFile(cache_dir / "models.json", JsonForm(TypeAdapter(KnownModels))).write(known)
    assert SharedFile(cache_dir / "models.json", JsonForm(TypeAdapter(KnownModels))).read() == known


def test_each_change_makes_a_new_token_that_all_workers_see(cache_dir: Path) -> None:
    one, other = (VersionToken(cache_dir / "there" / "models-changed") for _worker in range(2))
    seen = [one.current()]
    for token in (one, other, one):
        token.renew()
        seen.append(one.current())
        assert other.current() == one.current()
    assert len(set(seen)) == 4
    assert (one.unshared, other.unshared) == (0, 0)
