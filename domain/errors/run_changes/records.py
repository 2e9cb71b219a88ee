"""Why a run is not changed, deleted or brought back."""

from domain.errors import BadInput, Conflict
from domain.messages import Reason, template


class RunInTrash(Conflict):
    """A deleted run is to be changed."""

    text = template("Run {run_id} is in the trash: restore it first.")
    run_id: str


class RunChangedMeanwhile(Conflict):
    """Somebody else changed what is to be overwritten; `fields` names it."""

    text = template("Somebody changed this meanwhile, so nothing was overwritten: {fields}.")
    fields: str


class RunOverwritten(Conflict):
    """Two changed one run in the same moment, and the other one's change came last."""

    text = template("Somebody changed run {run_id} in the same moment, and that change counts.")
    run_id: str


class RunServes(Conflict):
    """An active model came from the run."""

    text = template(
        "Model {model} is active and came from run {run_id}: activate another one before you delete the run."
    )
    run_id: str
    model: str


class RunServesNow(Conflict):
    """A model from the run was activated while the run was being deleted; the run is back."""

    text = template("Model {model}, which came from run {run_id}, was activated in the same moment: the run stays.")
    run_id: str
    model: str


class RunBeingPurged(Conflict):
    """The run's removal has begun."""

    text = template("Run {run_id} is being removed for good.")
    run_id: str


class DatabaseNotNamed(Conflict):
    """Runs cannot be removed for good over REST; said in a terminal only."""

    text = template("MLflow removes runs for good only by way of its database: name it in MLFLOW_BACKEND_STORE_URI.")


class NotRemoved(Conflict):
    """MLflow's `gc` failed; said in a terminal only, and in its own words."""

    text = template("MLflow removed nothing: {reason}")
    reason: Reason


class NotRemovedInTime(Conflict):
    """MLflow's `gc` did not end; said in a terminal only."""

    text = template("MLflow has not removed the runs within {seconds} s: some may be gone. Try again later.")
    seconds: int


class TooManyChildren(Conflict):
    """So many runs stand in the one that is to be deleted that they cannot all go along."""

    text = template("More than {most} runs stand in run {run_id}, which cannot all go along: delete them first.")
    run_id: str
    most: int


class NoRunsChosen(BadInput):
    """A change of many runs names none."""

    text = template("Name the runs, or a filter that leaves some.")
