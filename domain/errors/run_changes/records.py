"""Why a run is not changed, deleted or restored."""

from domain.errors import BadInput, Conflict
from domain.messages import Reason, template


class RunInTrash(Conflict):
    """A deleted run cannot be changed."""

    text = template("Run {run_id} is in the trash: restore it first.")
    run_id: str


class RunChangedMeanwhile(Conflict):
    """Another user changed the fields that would be overwritten; `fields` names them."""

    text = template("This was changed elsewhere meanwhile, so nothing was overwritten: {fields}.")
    fields: str


class RunOverwritten(Conflict):
    """Two users changed one run at the same moment, and the other change was written last."""

    text = template("Run {run_id} was changed elsewhere at the same time, and that change was kept.")
    run_id: str


class RunServes(Conflict):
    """A model of the run is active."""

    text = template(
        "Model {model} is active and came from run {run_id}: activate another one before you delete the run."
    )
    run_id: str
    model: str


class RunServesNow(Conflict):
    """A model of the run was activated while the run was being deleted; the run was restored."""

    text = template(
        "Model {model}, which came from run {run_id}, was activated at the same time, so the run was not deleted."
    )
    run_id: str
    model: str


class RunBeingPurged(Conflict):
    """The run is being purged."""

    text = template("Run {run_id} is being removed for good.")
    run_id: str


class DatabaseNotNamed(Conflict):
    """Runs cannot be purged over REST; shown in a terminal only."""

    text = template("MLflow can remove runs for good only through its database: set MLFLOW_BACKEND_STORE_URI.")


class NotRemoved(Conflict):
    """MLflow's `gc` failed; shown in a terminal only, with its own text."""

    text = template("MLflow removed nothing: {reason}")
    reason: Reason


class NotRemovedInTime(Conflict):
    """MLflow's `gc` timed out; shown in a terminal only."""

    text = template("MLflow has not removed the runs within {seconds} s: some may have been removed. Try again later.")
    seconds: int


class TooManyChildren(Conflict):
    """The run to delete has more child runs than can be deleted with it."""

    text = template("Run {run_id} has more than {most} child runs, too many to delete with it: delete those first.")
    run_id: str
    most: int


class NoRunsChosen(BadInput):
    """The request names no runs."""

    text = template("Specify the runs, or a filter that matches some.")
