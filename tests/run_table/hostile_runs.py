"""Hostile runs: names with any characters, numbers that are none, wrong clocks."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.tracking.runs import PARENT_TAG, SAMPLE_TAG, LatestMetric, Run, RunStatus

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ODD_TEXTS = (
    *(
        "",
        " ",
        "a,b",
        "%{x}",
        "<b>x</b>",
        '"',
        "'",
        "a:b:c",
        ":",
        "学習",
        "🚀",
        "\u202eabc",
        "x" * 250,
        "@reward",
        "{a}",
    ),
    *("\x00", "é", "e\u0301", "\ud800", "–", "nan", "1", "1.0", "-3", "1e-3", "١٢", "1,000"),
)
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=8))
KEYS = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            *("episode_reward", "rollout/ep_rew_mean", "loss", "train/loss", "success_rate", "rollout/success_rate"),
            *("episodes", "time/episodes", "eval/pc_success", "episode_length", "system/cpu"),
        ]
    ),
)
NUMBERS = st.one_of(
    st.floats(width=64),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, 1.00000001, -1e-6, 0.5, 2.0, 1e308, 2.0**53]),
)
INTEGERS = st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([0, 1, 2**53]))
MOMENTS = st.one_of(
    st.none(), st.integers(0, 10**12).map(lambda micros: NOW - timedelta(microseconds=micros)), st.just(NOW)
)
POINTS = st.builds(
    LatestMetric,
    value=NUMBERS,
    step=INTEGERS,
    timestamp=st.one_of(INTEGERS, st.integers(0, 10**6).map(lambda ago: round(NOW.timestamp() * 1000) - ago)),
)
PARAMETERS = st.dictionaries(
    st.one_of(TEXTS, st.sampled_from(["algorithm", "algo", "env_id", "seed", "random_seed", "lr"])), TEXTS, max_size=4
)
TAGS = st.dictionaries(
    st.one_of(TEXTS, st.sampled_from([PARENT_TAG, SAMPLE_TAG, "mlflow.user", "mlflow.source.name"])),
    st.one_of(TEXTS, st.sampled_from(["true", "r1", "r2", "r3"])),
    max_size=4,
)
RUN_IDS = st.sampled_from([f"r{number}" for number in range(8)])
RUNS = st.builds(
    Run,
    run_id=RUN_IDS,
    name=TEXTS,
    experiment_id=TEXTS,
    experiment=TEXTS,
    status=st.sampled_from(RunStatus),
    started_at=MOMENTS,
    ended_at=MOMENTS,
    odd_start_ms=st.one_of(st.none(), INTEGERS),
    odd_end_ms=st.one_of(st.none(), INTEGERS),
    params=PARAMETERS,
    metrics=st.dictionaries(KEYS, POINTS, max_size=5),
    tags=TAGS,
)
LISTS = st.lists(RUNS, max_size=8, unique_by=lambda run: run.run_id)
