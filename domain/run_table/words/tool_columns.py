"""The tool that each run comes from, for all runs at once; equal, row by row, to `Run.tool`."""

from collections.abc import Iterator
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.table import RunTable
from domain.tools.recognition import SIGNS, TOOL_TAG, Sign, ToolReading, reading_of
from domain.tracking.vocabulary import Vocabulary

Mask = NDArray[np.bool_]


class ToolRows(NamedTuple):
    """The distinct tool readings of a table's runs, and the index of each run's reading [n]."""

    readings: list[ToolReading]
    codes: NDArray[np.intp]


# Every column of a word needs it, and a table never changes.
_KEPT: Final[WeakKeyDictionary[RunTable, ToolRows]] = WeakKeyDictionary()


def tool_rows(table: RunTable) -> ToolRows:
    """Returns the tool of each run of the table, computed once."""
    found = _KEPT.get(table)
    if found is None:
        found = _KEPT[table] = _tool_rows(table)
    return found


def by_vocabulary(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[Vocabulary, Mask]]:
    """Yields each vocabulary that applies to some runs, and the mask [n] of these runs."""
    readings, codes = tool_rows(table)
    profiles = [None if one.profile is None else one.profile.id for one in readings]
    for profile in dict.fromkeys(profiles):
        own = vocabulary if profile is None else vocabulary.by_tool[profile]
        yield own, np.isin(codes, [place for place, one in enumerate(profiles) if one == profile])


def _tool_rows(table: RunTable) -> ToolRows:
    """Computes the reading of each run, once for all runs with the same signs."""
    signs = [(sign, mask) for sign in SIGNS for mask in [_rows_with(table, sign)] if mask is not None]
    stated = {key: one.tool for key, one in table.stated_tools.items()}
    experiment, own = _stated_codes(table, stated), table.tag_codes(TOOL_TAG)
    masks = np.packbits(np.stack([mask for _sign, mask in signs], axis=1), axis=1) if signs else _no_signs(len(table))
    sign_rows = np.hstack(
        [masks, *(column.astype("<i4").view(np.uint8).reshape(-1, 4) for column in (experiment, own))]
    )
    _kinds, first, codes = np.unique(sign_rows, axis=0, return_index=True, return_inverse=True)
    readings = [
        reading_of(
            frozenset(sign for sign, mask in signs if mask[row]),
            None if experiment[row] == NO_TEXT else stated[table.parts.pool.text(int(experiment[row]))],
            None if own[row] == NO_TEXT else table.parts.pool.text(int(own[row])),
        )
        for row in first.tolist()
    ]
    return ToolRows(readings, codes.reshape(-1))


def _no_signs(rows: int) -> NDArray[np.uint8]:
    return np.zeros((rows, 0), np.uint8)


def _rows_with(table: RunTable, sign: Sign) -> Mask | None:
    """Returns the mask of runs that have a sign; None where none has."""
    cells = {"metric": table.parts.metrics, "param": table.parts.params, "tag": table.parts.tags}[sign.kind]
    found = cells.of_key(table.parts.pool.find(sign.key))
    if not len(found):
        return None
    mask = np.zeros(len(table), np.bool_)
    mask[cells.rows_of(found)] = True
    return mask


def _stated_codes(table: RunTable, stated: dict[str, str]) -> NDArray[np.int32]:
    """Returns the id of each run's experiment whose team set a tool, as codes of the pool."""
    ids = table.parts.runs.experiment_id
    codes = [code for key in stated if (code := table.parts.pool.find(key)) != NO_TEXT]
    return np.where(np.isin(ids, codes), ids, NO_TEXT).astype(np.int32)
