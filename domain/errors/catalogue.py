"""Every code with its English template: whoever reads messages of others imports this, so that all are known."""

from domain.errors import (
    answers,
    connections,
    gpu_remedies,
    gpus,
    misfits,
    names,
    policies,
    policy_files,
    records,
    requests,
    schema,
    services,
    walks,
)
from domain.errors.charts import specs as chart_specs
from domain.errors.grouping import group_refs
from domain.errors.policy_checks import answers as policy_answers
from domain.errors.policy_checks import files as policy_check_files
from domain.errors.run_lists import columns
from domain.errors.trainings import cluster as cluster_trainings
from domain.errors.trainings import reasons as training_reasons
from domain.errors.trainings import requests as training_requests
from domain.errors.views import records as view_records
from domain.messages import TEMPLATES

__all__ = [
    "TEMPLATES",
    "answers",
    "chart_specs",
    "cluster_trainings",
    "columns",
    "connections",
    "gpu_remedies",
    "gpus",
    "group_refs",
    "misfits",
    "names",
    "policies",
    "policy_answers",
    "policy_check_files",
    "policy_files",
    "records",
    "requests",
    "schema",
    "services",
    "training_reasons",
    "training_requests",
    "view_records",
    "walks",
]
