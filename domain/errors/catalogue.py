"""Every code with its English template: whoever reads messages of others imports this, so that all are known."""

from domain.errors import gpus, misfits, policies, records, requests, schema, services, walks
from domain.messages import TEMPLATES

__all__ = ["TEMPLATES", "gpus", "misfits", "policies", "records", "requests", "schema", "services", "walks"]
