"""`python -m training`: trains, and reports the outcome by its exit code."""

import errno
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from domain.errors import BadInput, ClewError
from domain.errors.records import InvalidArgument
from domain.errors.trainings.requests import TrainerNotInstalled
from domain.logs import configure_logging
from domain.messages import Text
from training.command_line import parse
from training.console import print_line
from training.jobs import TrainingJob, model_name
from training.settings import TrainingSettings, read_settings
from training.stopping import StopRequest
from training.tracking.patience import MlflowStayedUnavailable
from training.tracking.server import TrackingServer

FAILED: Final = 1
WRONG_USE: Final = 2
MLFLOW_UNAVAILABLE: Final = 75
_OF_THE_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a training and returns the exit code.

    0 done, 1 failed, 2 wrong use, 75 trained, but MLflow did not come back to receive everything, 130 or 143 stopped
    by a signal.
    """
    stop = StopRequest.listening()
    try:
        job = parse(arguments)
        settings = read_settings()
        job = job.model_copy(update={"environments_file": settings.environments_file})
        configure_logging(settings.log_level, settings.secrets)
        return _train(job, settings, stop)
    except BadInput as error:
        return _refuse(error, WRONG_USE)
    except MlflowStayedUnavailable as error:
        return _refuse(error, MLFLOW_UNAVAILABLE)
    except ClewError as error:
        return _refuse(error, FAILED)
    except KeyboardInterrupt:
        return stop.exit_code or 130
    except Exception as error:
        if (refused := _of_the_disk(error)) is not None:
            return _refuse(refused, FAILED)
        log.exception("The training failed")
        return FAILED


def _train(job: TrainingJob, settings: TrainingSettings, stop: StopRequest) -> int:
    server = TrackingServer.at(settings.tracking_uri)
    if find_spec("stable_baselines3") is None:
        raise TrainerNotInstalled
    if job.run_id is None:
        server.first_call()  # torch takes seconds to import, and a missing MLflow should be reported before
    from training.train import train

    if not stop and train(job, server, model_name(job, settings.model_name), stop) == "FINISHED":
        return 0
    return stop.exit_code or FAILED


def _of_the_disk(error: Exception) -> ClewError | None:
    """Returns the error if it is one of the disk, else None."""
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        return InvalidArgument(Text(f"The training's files cannot be written: {error.strerror}."))
    return None


def _refuse(error: ClewError, code: int) -> int:
    print_line(str(error))
    return code
