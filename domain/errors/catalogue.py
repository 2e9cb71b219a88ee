"""Every code with its English template: whoever reads messages of others imports this, so that all are known."""

from domain.errors import (
    answers,
    connections,
    gpu_remedies,
    gpus,
    misfits,
    names,
    policies,
    policy_answers,
    policy_files,
    records,
    requests,
    schema,
    services,
    walks,
)
from domain.messages import TEMPLATES

__all__ = [
    "TEMPLATES",
    "answers",
    "connections",
    "gpu_remedies",
    "gpus",
    "misfits",
    "names",
    "policies",
    "policy_answers",
    "policy_files",
    "records",
    "requests",
    "schema",
    "services",
    "walks",
]
