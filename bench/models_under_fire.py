"""Many processes activate, delete and restore versions of registered models at random; a reader checks every state.

    python -m bench.models_under_fire --processes 4 --operations 2000

It starts an MLflow of its own unless one is given, and fails at the first reading that finds not exactly one active
version that is not deleted in each registered model, or another one than before in the model that no process
changes.
"""

import argparse
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests.models.fire import Fire, fire
from training.scratch_server import mlflow_server


def main() -> int:
    """Parses the command line, starts the processes, and prints the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow", nargs="?", help="address of an MLflow server; without, one is started")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--operations", type=int, default=2_000, help="of each process")
    parser.add_argument("--names", type=int, default=2, help="registered models that are changed")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        nullcontext(options.mlflow) if options.mlflow else mlflow_server(Path(folder)) as address,
    ):
        found = fire(address, options.processes, options.operations, names=options.names)
    sys.stdout.write(report(found))
    return 1 if any(outcome.startswith("unexpected") for outcome in found.outcomes) else 0


def report(found: Fire) -> str:
    """Returns a line for each outcome, and the reader's counts."""
    lines = [f"{count:6} {outcome}" for outcome, count in sorted(found.outcomes.items())]
    rate = found.outcomes.total() / found.seconds
    lines.append(f"{found.readings} looks, each with exactly one active version in each registered model")
    lines.append(f"one had changed in {found.moves} of them")
    lines.append(f"{found.outcomes.total()} operations in {found.seconds:.0f} s, {rate:.1f} a second")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
