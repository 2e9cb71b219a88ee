"""Reads the first rows of a Parquet file, in a child process under limits: untrusted input to a large library."""

import os
import sys
from typing import Final

from policies.confinement import allow_cpu, confine

MEMORY_BYTES: Final = 3 * 2**29
CPU_SECONDS: Final = 8
ROWS: Final = 200


def main() -> None:
    """Reads the file on standard input; writes the table to standard output, as JSON."""
    confine(MEMORY_BYTES, 0)
    allow_cpu(CPU_SECONDS)
    # After the limits are set.
    import pyarrow.parquet as pq

    from domain.artifacts.tables import MAX_COLUMNS, table_of

    with os.fdopen(0, "rb") as file:
        found = pq.ParquetFile(file, memory_map=False)
        names = found.schema_arrow.names
        shown = names[:MAX_COLUMNS]
        batch = next(found.iter_batches(ROWS, columns=shown, use_threads=False), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
        rows_in_all = found.metadata.num_rows
    rows = [list(row) for row in zip(*columns, strict=True)]
    table = table_of(shown, rows, is_cut=rows_in_all > len(rows) or len(names) > len(shown), rows_in_all=rows_in_all)
    table.columns_in_all = len(names)
    os.write(1, table.model_dump_json().encode())


if __name__ == "__main__":
    main()
    sys.exit(0)
