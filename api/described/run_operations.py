"""The operations on runs, their metrics and lists of them."""

from typing import Final

from api.described.operation import AS_OF, Operation
from api.facts.shapes import RunFacts
from api.run_columns import KEYED, described
from api.run_list import MOST_ROWS
from api.shapes import Comparison, MetricPoints, MetricRow, RunCells, RunDetail
from domain.run_facts.run_changes import RunChanges
from domain.tracking.runs import RunSummary

_OF_LISTS: Final = {
    "column": f"Only the run's id and these: fields, or {KEYED}; may be repeated. All that can be a column can be"
    " sorted and filtered by: `filter[metric:train/loss]=< 0.1`.",
    "sort": "By this field or column, with a minus before it the greatest first; may be repeated, the first counts"
    " most. What is missing is last in either direction. Absent: the newest start first.",
    "archived": "true: also the runs that are marked as archived, which lists leave out else.",
    "page": "Which page, from 0 on; one beyond the last is empty. Without it and `page_size` all runs are one.",
    "page_size": "How many runs a page has; 100 where only `page` is given.",
}
_KINDS: Final = {
    "column": {"type": "array", "items": {"type": "string"}},
    "sort": {"type": "array", "items": {"type": "string"}},
    "archived": {"type": "boolean"},
    "page": {"type": "integer", "minimum": 0, "maximum": 10**9},
    "page_size": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
}
_OF_PAGES: Final = {
    "X-Total-Count": "How many runs the filters leave, on all pages.",
    "Link": 'The next page, as `<?…>; rel="next"`, relative to this address; absent on the last.',
    "X-Archived-Count": "How many archived runs are left out, of all; absent where they were asked for.",
    "X-Pending": "How many values are still being read of the columns asked for, sorted or filtered by; else absent.",
    "ETag": "Which version of the list this is: another one on a later page means that runs changed meanwhile.",
}
RUNS: Final = (
    Operation(
        "get",
        "/api/runs",
        "All runs, or those that every filter keeps; all in a filter is text but an operator that is written as such",
        list[RunSummary] | list[RunCells],
        (400, 422, 503),
        query={"experiment": "Only runs of the experiment with exactly this name."} | _OF_LISTS | described(),
        headers=AS_OF | _OF_PAGES,
        kinds=_KINDS,
    ),
    Operation(
        "get",
        "/api/runs/compare",
        "Runs side by side",
        Comparison,
        (422, 503),
        query={"runs": "A comma list of run ids."},
        required=frozenset({"runs"}),
        headers=AS_OF,
    ),
    Operation("get", "/api/runs/{run_id}", "One run", RunDetail, (404, 503), headers=AS_OF),
    Operation(
        "get",
        "/api/runs/{run_id}/facts.json",
        "All that is known of a run but its histories, as a file to keep",
        RunFacts,
        (404, 503),
        headers=AS_OF,
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/differences",
        "What changed against another run: code, parameters, metrics, tags",
        RunChanges,
        (404, 503),
        query={"against": "The id of the other run; absent: the run's parent, else the run before it."},
        headers=AS_OF,
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/metrics",
        "Every metric of a run, by name",
        list[MetricRow],
        (404, 503),
        headers=AS_OF,
    ),
    Operation(
        "get",
        "/api/runs/{run_id}/metrics/{key}",
        "All points of one metric; percent-encode its name",
        MetricPoints,
        (400, 404, 503),
        query={"format": "json, csv or arrow (an IPC stream); absent: as the Accept header prefers."},
        headers=AS_OF,
        files=("text/csv", "application/vnd.apache.arrow.stream"),
    ),
)
