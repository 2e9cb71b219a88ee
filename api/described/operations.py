"""What the API has: each operation with what it takes, answers and refuses, as docs/openapi.yaml tells it."""

from typing import Final

from api.described.alert_operations import ALERTS
from api.described.artifact_operations import ARTIFACTS
from api.described.gpu_operations import GPUS
from api.described.model_operations import MODELS
from api.described.operation import AS_OF, Operation
from api.described.run_change_operations import RUN_CHANGES
from api.described.run_operations import RUNS
from api.described.training_operations import TRAININGS
from api.shapes import Alive, ViewRow
from services.health.dependency_health import Health

FAILURES: Final = {
    400: "The body is no JSON, or makes no sense to the model store, or a filter makes none.",
    401: "The token is missing or wrong.",
    403: "This Clew is read-only, or the request comes from a page of another site.",
    404: "There is no such thing.",
    409: "Not as things are now: the model is active, or deleted.",
    413: "The request is too long.",
    415: "The body is not sent as JSON.",
    416: "The part of the file that is asked for begins behind its end.",
    422: "A field does not fit, or the policy did not pass its check.",
    500: "Something in Clew itself went wrong; the sentence says where its log has it.",
    502: "The service behind answers what it should not.",
    503: "The service behind cannot be reached, or too many such requests are under way: try again later.",
    504: "The service behind did not answer, so it is not known whether it was done.",
}
_BAD_VIEWS = {"X-Bad-Rows": "How many entries are left out because they are no views; absent if none."}
OPERATIONS: Final = (
    Operation("get", "/health", "Whether this process answers", Alive),
    Operation("get", "/api/health", "How those are that Clew depends on; always 200", Health),
    *MODELS,
    *RUNS,
    *RUN_CHANGES,
    *ARTIFACTS,
    *TRAININGS,
    *ALERTS,
    *GPUS,
    Operation("get", "/api/views", "The named views, by name", list[ViewRow], (503,), headers=AS_OF | _BAD_VIEWS),
)
