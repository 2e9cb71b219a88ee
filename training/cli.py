"""The trainer's command line."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from domain.errors import BadInput, ClewError
from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.logs import configure_logging
from domain.messages import Text
from training.hyperparameters import ALGORITHMS, load_hyperparameters
from training.request import TrainingRequest
from training.settings import TrainingSettings, read_settings
from training.stopping import StopRequest

FAILED: Final = 1
WRONG_USE: Final = 2

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a training and returns the exit code: 0 done, 1 failed, 2 wrong use, 130 or 143 stopped by a signal."""
    stop = StopRequest.listening()
    try:
        request = parse(arguments)
        settings = read_settings()
        configure_logging(settings.log_level, settings.secrets)
        return _train(request, settings, stop)
    except BadInput as error:
        return _refuse(error, WRONG_USE)
    except ClewError as error:
        return _refuse(error, FAILED)
    except KeyboardInterrupt:
        return stop.exit_code or 130
    except Exception:
        log.exception("The training failed")
        return FAILED


def parse(arguments: Sequence[str] | None) -> TrainingRequest:
    """Reads the command line; argparse ends the process with a sentence when it makes no sense."""
    parser = _parser()
    chosen = {key: value for key, value in vars(parser.parse_args(arguments)).items() if value is not None}
    try:
        request = TrainingRequest(**chosen)
        load_hyperparameters(request.algorithm, request.setting)
    except ValidationError as error:
        field, misfit = misfit_of(error)
        parser.error(f"argument --{field.partition('.')[0].replace('_', '-')}: {misfit}")
    except BadInput as error:
        parser.error(str(error))
    return request


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Trains an agent in the maze and logs it to MLflow."
    )
    fields = TrainingRequest.model_fields
    parser.add_argument("--algorithm", required=True, choices=ALGORITHMS)
    for name in ("seed", "episodes", "size", "maze_seed"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=_help(fields[name]))
    for name in ("setting", "experiment", "device"):
        parser.add_argument(f"--{name}", help=_help(fields[name]))
    parser.add_argument(
        "--no-register", dest="register_model", action="store_false", help="leave the model registry alone"
    )
    return parser


def _help(field: FieldInfo) -> str:
    return f"{field.description} (default: {field.default or 'none'})".replace("(default: none)", "")


def _train(request: TrainingRequest, settings: TrainingSettings, stop: StopRequest) -> int:
    # Imported here: mlflow and torch take seconds, and a wrong argument or an absent MLflow should be told before.
    if find_spec("stable_baselines3") is None:
        raise InvalidArgument(Text("The trainer needs more libraries: make train-deps installs them."))
    from training.tracking import connect

    client = connect(settings.tracking_uri)
    from training.train import train

    if not stop and train(request, client, settings.model_name, lambda: bool(stop)) == "FINISHED":
        return 0
    return stop.exit_code


def _refuse(error: ClewError, code: int) -> int:
    sys.stderr.write(f"{error}\n")
    return code
