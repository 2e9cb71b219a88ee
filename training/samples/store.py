"""The recorded sample runs on disk.

runs.json describes them, points.parquet has their numbers, models/ their ONNX files and videos.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.inference.maze import size_of
from training.models.registration import ONNX_FILE, model_name_of

FOLDER: Final = Path(__file__).parents[1] / "sample_data"
RUNS_FILE: Final = "runs.json"
POINTS_FILE: Final = "points.parquet"
MODELS_FOLDER: Final = "models"

_COLUMNS: Final = pa.schema(
    [
        ("run", pa.string()),
        ("key", pa.string()),
        ("step", pa.int64()),
        ("value", pa.float64()),
        ("timestamp_ms", pa.int64()),
    ]
)


class SampleRun(BaseModel):
    """One recorded run; `name` is unique within its experiment, `version_tags` None if no model was registered.

    `film` is the file name of the policy's video, None if there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment: str
    name: str
    status: Literal["FINISHED", "KILLED", "FAILED"]
    start_time_ms: int
    end_time_ms: int
    params: dict[str, str]
    tags: dict[str, str]
    version_tags: dict[str, str] | None = None
    film: str | None = None

    @property
    def key(self) -> str:
        """The unique key of this sample."""
        return f"{self.experiment}/{self.name}"

    def model_name(self, of_maze: str) -> str:
        """Returns the registered model of its version: the maze's, else one for each environment."""
        env_id = (self.version_tags or {}).get("env_id", "")
        return of_maze if size_of(env_id) is not None else model_name_of(env_id)

    @property
    def onnx_path(self) -> str:
        """The path of its model, relative to the samples' folder."""
        return f"{MODELS_FOLDER}/{self.key}/{ONNX_FILE}"

    @property
    def film_path(self) -> str | None:
        """The path of its video, relative to the samples' folder."""
        return None if self.film is None else f"{MODELS_FOLDER}/{self.key}/{self.film}"


@dataclass(frozen=True)
class Points:
    """A run's numbers as columns of equal length: keys, int64 steps, float64 values, int64 times (Unix ms)."""

    keys: Sequence[str]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    timestamps_ms: NDArray[np.int64]

    def rows(self) -> Iterator[tuple[str, int, float, int]]:
        """Yields key, step, value and time of every point."""
        columns = (self.keys, self.steps.tolist(), self.values.tolist(), self.timestamps_ms.tolist())
        return zip(*columns, strict=True)


_RUNS: Final = TypeAdapter(list[SampleRun])


def read_runs(folder: Path = FOLDER) -> list[SampleRun]:
    """Returns the recorded runs, in the order in which they were trained."""
    return _RUNS.validate_json((folder / RUNS_FILE).read_bytes())


def read_points(folder: Path = FOLDER) -> dict[str, Points]:
    """Returns every run's points, by the run's key."""
    # Not by `read_table` and `to_numpy`: they import pandas, which takes half a second.
    table = parquet.ParquetFile(folder / POINTS_FILE).read()
    rows = zip(*(table[name].to_pylist() for name in _COLUMNS.names), strict=True)
    return {run: _points(list(of_run)) for run, of_run in groupby(rows, key=itemgetter(0))}


def _points(rows: Sequence[tuple[str, str, int, float, int]]) -> Points:
    _runs, keys, steps, values, timestamps_ms = zip(*rows, strict=True)
    return Points(
        keys=keys,
        steps=np.array(steps, np.int64),
        values=np.array(values, np.float64),
        timestamps_ms=np.array(timestamps_ms, np.int64),
    )


def write_samples(folder: Path, runs: Sequence[SampleRun], points: Mapping[str, Points]) -> None:
    """Writes runs.json and points.parquet, in which a run's points follow each other; `points` by the run's key."""
    rows = [(run, *row) for run, columns in points.items() for row in columns.rows()]
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), _COLUMNS, strict=True)]
    table = pa.Table.from_arrays(columns, schema=_COLUMNS)
    folder.mkdir(exist_ok=True)
    parquet.write_table(table, folder / POINTS_FILE, compression="zstd", use_dictionary=["run", "key"])
    (folder / RUNS_FILE).write_bytes(_RUNS.dump_json(list(runs), indent=1) + b"\n")
