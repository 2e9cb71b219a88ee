"""Writes the table of processes in docs/running.md from `PROCESSES`: `python -m tests.rules.process_table`."""

import re
from pathlib import Path

from services.processes.specs import PROCESSES, ProcessSpec

FILE = Path(__file__).parents[2] / "docs" / "running.md"


def table() -> str:
    """Returns the required table."""
    return "| program | what it is | log |\n|---|---|---|\n" + "".join(map(_row, PROCESSES))


def with_table(text: str) -> str:
    """Returns the document with that table in its place."""
    marked = r"(?<=<!-- processes: python -m tests.rules.process_table -->\n).*?(?=<!-- /processes -->)"
    found, times = re.subn(marked, lambda _old: f"\n{table()}\n", text, flags=re.DOTALL)
    assert times == 1, "docs/running.md has no place for its table of processes"
    return found


def _row(process: ProcessSpec) -> str:
    where = "" if process.listens is None else f" at `{process.host_setting}:{process.port_setting}`"
    unless = f", unless `{process.unless}` names yours" if process.unless else ""
    more = f"; {process.more}" if process.more else ""
    return f"| {process.name} | {process.meaning}{where}{unless}{more} | `var/log/{process.name}.log` |\n"


if __name__ == "__main__":
    FILE.write_text(with_table(FILE.read_text()))
