"""Every code with its English template: a process that reads messages of others imports this, so that all are known."""

from domain.errors import (
    answers,
    connections,
    misfits,
    names,
    policies,
    policy_files,
    records,
    requests,
    schema,
    services,
    time_limits,
    walks,
)
from domain.errors.alerts import delivery as alert_delivery
from domain.errors.alerts import events as alert_events
from domain.errors.alerts import mutes as alert_mutes
from domain.errors.artifacts import records as artifact_records
from domain.errors.charts import specs as chart_specs
from domain.errors.environments import documents as environment_documents
from domain.errors.environments import failures as environment_failures
from domain.errors.environments import naming as environment_naming
from domain.errors.environments import playing as environment_playing
from domain.errors.fleet import history as fleet_history
from domain.errors.gpus import answers as gpu_answers
from domain.errors.gpus import causes as gpu_causes
from domain.errors.gpus import remedies as gpu_remedies
from domain.errors.gpus import throttling as gpu_throttling
from domain.errors.grouping import group_refs
from domain.errors.models import changes as model_changes
from domain.errors.models import records as model_records
from domain.errors.policy_checks import answers as policy_answers
from domain.errors.policy_checks import files as policy_check_files
from domain.errors.policy_checks import signatures as policy_signatures
from domain.errors.run_changes import records as run_change_records
from domain.errors.run_lists import columns
from domain.errors.run_lists import filters as list_filters
from domain.errors.trainings import cluster as cluster_trainings
from domain.errors.trainings import files as training_files
from domain.errors.trainings import forks as training_forks
from domain.errors.trainings import reasons as training_reasons
from domain.errors.trainings import requests as training_requests
from domain.errors.views import records as view_records
from domain.messages import TEMPLATES

__all__ = [
    "TEMPLATES",
    "alert_delivery",
    "alert_events",
    "alert_mutes",
    "answers",
    "artifact_records",
    "chart_specs",
    "cluster_trainings",
    "columns",
    "connections",
    "environment_documents",
    "environment_failures",
    "environment_naming",
    "environment_playing",
    "fleet_history",
    "gpu_answers",
    "gpu_causes",
    "gpu_remedies",
    "gpu_throttling",
    "group_refs",
    "list_filters",
    "misfits",
    "model_changes",
    "model_records",
    "names",
    "policies",
    "policy_answers",
    "policy_check_files",
    "policy_files",
    "policy_signatures",
    "records",
    "requests",
    "run_change_records",
    "schema",
    "services",
    "time_limits",
    "training_files",
    "training_forks",
    "training_reasons",
    "training_requests",
    "view_records",
    "walks",
]
