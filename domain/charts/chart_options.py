"""The chart options a user chose; they are part of the page's address, so that a link shows the same charts."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.charts.axes import Axis, XAxis
from domain.charts.curves import Window
from domain.charts.seed_curves import Band, Centre
from domain.errors import BadInput
from domain.grouping.group_ref import group_ref
from domain.tracking.compared import is_run_id
from domain.tracking.final_metrics import Choice
from domain.tracking.group_scores import DivergedRuns

HEAVIEST_SMOOTHING: Final = 0.99
# More than a user chooses, but short enough for an address to be cheap to evaluate.
_MAX_IN_A_LIST: Final = 100


def _listed(value: object) -> object:
    """Wraps a text in a tuple, because a parameter that occurs once in an address is a plain text."""
    return (value,) if isinstance(value, str) else value


def _group_ref(text: str) -> str:
    try:
        return str(group_ref(text))
    except BadInput as error:
        raise ValueError(str(error)) from error


def _run_id(text: str) -> str:
    if not is_run_id(text):
        raise ValueError("no run id")
    return text


GroupRefs = Annotated[
    tuple[Annotated[str, AfterValidator(_group_ref)], ...], BeforeValidator(_listed), Field(max_length=_MAX_IN_A_LIST)
]
RunIds = Annotated[
    tuple[Annotated[str, AfterValidator(_run_id)], ...], BeforeValidator(_listed), Field(max_length=_MAX_IN_A_LIST)
]


class ChartOptions(BaseModel):
    """The axis, smoothing, grouping, choice of final values, and how diverged runs count in scores.

    `group` holds the refs to group by; if empty, `default_grouping` applies. Runs in `alone` are also drawn as lines of
    their own next to their groups.

    `window` is the visible part of the x axis, in the axis's own unit until a figure is drawn, then in the displayed
    unit. `zone_minutes` is the user's UTC offset as JavaScript's getTimezoneOffset returns it; only a wall-time axis
    uses it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    axis: XAxis = Axis.STEP
    smoothing: float = Field(0.0, ge=0, le=HEAVIEST_SMOOTHING)
    log_y: bool = False
    grouped: bool = False
    group: GroupRefs = ()
    alone: RunIds = ()
    centre: Centre = Centre.MEAN
    band: Band = Band.BOOTSTRAP
    final: Choice = Choice.LAST
    diverged: DivergedRuns = DivergedRuns.WORST
    differing: bool = False
    window: Window = Window()
    zone_minutes: int = Field(0, ge=-24 * 60, le=24 * 60)

    def of_tables(self) -> tuple[object, ...]:
        """Returns the options that affect the tables next to the charts."""
        return self.final, self.differing, self.grouped, self.group, self.diverged

    @classmethod
    def from_address(cls, query: Mapping[str, str | list[str]]) -> tuple[Self, list[str]]:
        """Returns the options in an address, and the names of the invalid ones, which keep their default."""
        parameters = {key: value for key, value in query.items() if key in IN_ADDRESS}
        try:
            return cls.model_validate(parameters), []
        except ValidationError as error:
            odd = sorted({str(one["loc"][0]) for one in error.errors()})
            return cls.model_validate({key: value for key, value in parameters.items() if key not in odd}), odd


IN_ADDRESS: Final = frozenset(ChartOptions.model_fields) - {"window", "zone_minutes"}
