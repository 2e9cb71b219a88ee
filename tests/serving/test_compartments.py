"""Bulkheads: no kind of work gets more threads than its own, and none is kept from its own by another."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from api.edge.bulkheads import (
    CALLBACKS,
    CHANGES,
    CHECKS,
    FIGURES,
    FILES,
    PAGES,
    POINTS,
    POLICIES,
    READS,
    compartments,
    place_of,
)
from serving.compartments import Compartment, CompartmentPart, Compartments

SIZES = {"slow": Compartment(2, most_waiting=3), "wide": Compartment(4, most_of_part=2), "quick": Compartment(1)}
places = st.builds(CompartmentPart, st.sampled_from(sorted(SIZES)), st.sampled_from(["a", "b", "c"]))


@given(st.lists(st.tuples(st.booleans(), places), max_size=60))
def test_no_kind_exceeds_its_threads_and_every_accepted_request_runs(steps: list[tuple[bool, CompartmentPart]]) -> None:
    running: list[tuple[int, CompartmentPart]] = []
    rooms: Compartments[tuple[int, CompartmentPart]] = Compartments(SIZES, running.append)
    taken, begun = 0, 0
    for number, (comes, place) in enumerate(steps):
        if comes:
            waits = sum(one.kind == place.kind for _, one in running) >= SIZES[place.kind].most
            accepted = rooms.enter(place, (number, place))
            taken += accepted
            assert accepted or (waits and place.kind == "slow")
        elif running:
            begun += 1
            rooms.leave(running.pop(0)[1])
        for kind, size in SIZES.items():
            parts = [one.part for _, one in running if one.kind == kind]
            assert len(parts) <= size.most
            assert size.most_of_part is None or all(parts.count(part) <= size.most_of_part for part in parts)
    while running:
        begun += 1
        rooms.leave(running.pop(0)[1])
    assert begun == taken


@given(st.integers(1, 64))
def test_each_kind_of_request_has_at_least_one_thread(threads: int) -> None:
    sizes = compartments(threads)
    assert set(sizes) == {PAGES, CALLBACKS, READS, POLICIES, CHANGES, CHECKS, FIGURES, POINTS, FILES}
    assert all(1 <= size.most <= threads for size in sizes.values())
    assert sizes[PAGES].most_waiting is None
    assert sizes[CALLBACKS].most_of_part is not None
    assert sizes[POLICIES].most + (sizes[POLICIES].most_waiting or 0) <= max(2, threads // 2)


def test_each_request_is_assigned_to_the_kind_of_its_route() -> None:
    table = {
        ("GET", "/"): PAGES,
        ("GET", "/health"): PAGES,
        ("GET", "/assets/clew.css?m=1"): PAGES,
        ("GET", "/apiary"): PAGES,
        ("GET", "/mlflow/runs/abc"): PAGES,
        ("POST", "/_dash-update-component"): CALLBACKS,
        ("GET", "/api/runs"): READS,
        ("HEAD", "/api/models/3"): READS,
        ("GET", "/api/runs/compare?runs=a,b"): READS,
        ("GET", "/%61pi/models/3/policy"): POLICIES,
        ("GET", "/api/models/a%2Fb/policy?x=1"): POLICIES,
        ("GET", "/api/health"): CHECKS,
        ("GET", "/charts/figure?runs=a&chart=@reward"): FIGURES,
        ("POST", "/charts/figure"): FIGURES,
        ("GET", "/charts/points.csv?runs=a&chart=@reward"): POINTS,
        ("GET", "/runs/report.html?runs=a,b"): POINTS,
        ("GET", "/fleet/usage.csv?range=7d"): POINTS,
        ("GET", "/api/gpus/usage"): POINTS,
        ("POST", "/api/models/active"): CHANGES,
        ("DELETE", "/api/models/3"): CHANGES,
    }
    assert {request: place_of(*request, b"").kind for request in table} == table


def test_callbacks_are_grouped_by_their_output() -> None:
    def part(body: bytes) -> str:
        return place_of("POST", "/_dash-update-component", body).part

    assert part(b'{"output":"..a.children...b.data..","outputs":[]}') == "..a.children...b.data.."
    assert part(b' { "output" : "x.y", "inputs": []}') == "x.y"
    assert part(b'{"inputs":[],"output":"x.y"}') == ""
    assert part(b"\xff\xfe") == ""


@pytest.mark.parametrize(
    "target", ["/api/runs?x=http://h/", "/%61pi/runs", "http://h/api/runs", "HTTPS://u@h:1/api/runs?a"]
)
def test_an_encoded_or_absolute_url_has_the_kind_of_its_route(target: str) -> None:
    """This holds with a host in front, as gunicorn takes it: slow work would count as a page."""
    assert place_of("GET", target, b"") == CompartmentPart(READS)


@pytest.mark.parametrize("target", ["", "*", "//[", "http://[", "/", "//h/api/runs"])
def test_an_invalid_address_counts_as_a_page(target: str) -> None:
    assert place_of("GET", target, b"") == CompartmentPart(PAGES)
