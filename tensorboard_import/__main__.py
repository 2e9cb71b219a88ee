"""`python -m tensorboard_import`: event files of TensorBoard become runs in MLflow.

Exit status: 0 when all is imported, or after Ctrl-C or SIGTERM; 1 when something could not be; 2 when a setting or an
argument is wrong.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final

from domain.errors import BadInput, ClewError
from domain.logs import configure_logging
from mlflow_api.client import MlflowApi
from mlflow_api.run_files import RunFiles
from mlflow_api.run_writes import RunWrites
from mlflow_api.schemas import SERVICE
from tensorboard_import.copying.experiment_copy import ExperimentCopy
from tensorboard_import.copying.source import SourceExperiment
from tensorboard_import.folders.naming import Naming, compiled, default_experiment
from tensorboard_import.following.importer import Importer, Source
from tensorboard_import.settings import ImportSettings, read_settings
from tensorboard_import.writing.imported_run import ImportTarget
from tensorboard_import.writing.patience import RetryingCalls, Stopped
from transport.http_client import JsonService

_WRITE_SECONDS: Final = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        sources = _sources(options, settings)
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except ValueError as error:
        sys.stderr.write(f"--pattern {error}.\n")
        return 2
    # Unlike Path.is_dir, this raises no permission errors.
    if options.logdir is not None and not options.watch and not os.path.isdir(options.logdir):
        sys.stderr.write(f"{options.logdir} is no folder.\n")
        return 2
    if options.from_mlflow:
        return _copy(options, settings)
    if not sources:
        sys.stderr.write("Name a folder with event files, or set TENSORBOARD_DIRS=name=path,….\n")
        return 2
    is_watching = options.watch or options.logdir is None
    _configure_logging(settings, is_for_a_person=not is_watching)
    stop = Event()
    _stop_by_signals(stop)
    try:
        importer = Importer(
            sources,
            _server(_mlflow(settings), stop),
            settings.machine,
            silent_seconds=settings.tensorboard_silent_seconds,
            stop=stop,
        )
        if is_watching:
            importer.follow()
            return 0
        return 0 if importer.import_all() else 1
    except Stopped:
        return 0
    except ClewError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _copy(options: argparse.Namespace, settings: ImportSettings) -> int:
    """Copies an experiment of another MLflow; returns the exit status."""
    if not options.experiment:
        sys.stderr.write("Name the experiment to copy with --experiment.\n")
        return 2
    _configure_logging(settings, is_for_a_person=True)
    stop = Event()
    _stop_by_signals(stop)
    mlflow = MlflowApi(JsonService(SERVICE, options.from_mlflow.rstrip("/")), each_seconds=_WRITE_SECONDS)
    source = SourceExperiment(mlflow, options.experiment, RetryingCalls(stop, mlflow.ping))
    target = _mlflow(settings)
    copy = ExperimentCopy(
        source, _server(target, stop), target, options.into or options.experiment, again=options.again
    )
    try:
        return 0 if copy.run() else 1
    except Stopped:
        return 0
    except ClewError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tensorboard_import", description=__doc__)
    parser.add_argument(
        "logdir",
        nargs="?",
        type=Path,
        help="the folder to import, as for `tensorboard --logdir`; default: TENSORBOARD_DIRS",
    )
    parser.add_argument("--experiment", default="", help="the experiment of the runs; by default the folder's name")
    parser.add_argument(
        "--pattern", default="", help="a regular expression with groups experiment and run, for folders' paths"
    )
    parser.add_argument(
        "--from-mlflow", default="", metavar="URL", help="copy the experiment of another MLflow instead"
    )
    parser.add_argument("--into", default="", help="the experiment to copy into; by default one of the same name")
    parser.add_argument("--again", action="store_true", help="also read the histories of runs that were already copied")
    parser.add_argument("--watch", action="store_true", help="keep importing new data, until Ctrl-C")
    return parser


def _sources(options: argparse.Namespace, settings: ImportSettings) -> list[Source]:
    """Returns the sources to import; raises ValueError if the pattern is invalid."""
    pattern = options.pattern or settings.tensorboard_pattern
    if pattern:
        compiled(pattern)
    if options.logdir is None:
        return [_source(path, name, pattern) for name, path in settings.tensorboard_folders.items()]
    return [_source(options.logdir, options.experiment or default_experiment(options.logdir), pattern)]


def _source(logdir: Path, experiment: str, pattern: str) -> Source:
    path = logdir.expanduser().absolute()
    return Source(path, Naming(experiment, path.resolve().name or "tensorboard", pattern))


def _mlflow(settings: ImportSettings) -> MlflowApi:
    return MlflowApi(MlflowApi.from_settings(settings).service, each_seconds=_WRITE_SECONDS)


def _server(mlflow: MlflowApi, stop: Event) -> ImportTarget:
    return ImportTarget(RunWrites(mlflow), RunFiles(mlflow), RetryingCalls(stop, mlflow.ping))


def _configure_logging(settings: ImportSettings, *, is_for_a_person: bool) -> None:
    configure_logging(settings.log_level, settings.secrets)
    if is_for_a_person:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logging.Formatter("%(message)s"))


def _stop_by_signals(stop: Event) -> None:
    def stop_on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)


if __name__ == "__main__":
    sys.exit(main())
