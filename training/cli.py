"""`python -m training`: trains, and says by its exit code how that ended."""

import logging
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from domain.errors import BadInput, ClewError
from domain.errors.trainings.requests import TrainerNotInstalled
from domain.logs import configure_logging
from training.command_line import parse
from training.jobs import TrainingJob
from training.settings import TrainingSettings, read_settings
from training.stopping import StopRequest
from training.tracking.patience import StayedAway
from training.tracking.server import TrackingServer

FAILED: Final = 1
WRONG_USE: Final = 2
MLFLOW_AWAY: Final = 75

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a training and returns the exit code.

    0 done, 1 failed, 2 wrong use, 75 trained, but MLflow did not come back to hear of it, 130 or 143 stopped by a
    signal.
    """
    stop = StopRequest.listening()
    try:
        job = parse(arguments)
        settings = read_settings()
        configure_logging(settings.log_level, settings.secrets)
        return _train(job, settings, stop)
    except BadInput as error:
        return _refuse(error, WRONG_USE)
    except StayedAway as error:
        return _refuse(error, MLFLOW_AWAY)
    except ClewError as error:
        return _refuse(error, FAILED)
    except KeyboardInterrupt:
        return stop.exit_code or 130
    except Exception:
        log.exception("The training failed")
        return FAILED


def _train(job: TrainingJob, settings: TrainingSettings, stop: StopRequest) -> int:
    server = TrackingServer.at(settings.tracking_uri)
    if find_spec("stable_baselines3") is None:
        raise TrainerNotInstalled
    if job.run_id is None:
        server.first_call()  # torch takes seconds, and an absent MLflow should be told before
    from training.train import train

    if not stop and train(job, server, settings.model_name, stop) == "FINISHED":
        return 0
    return stop.exit_code or FAILED


def _refuse(error: ClewError, code: int) -> int:
    sys.stderr.write(f"{error}\n")
    return code
