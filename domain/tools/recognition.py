"""Determines the tool that a run comes from: set by its team or the run itself, else by signs unique to a tool."""

from collections.abc import Collection, Container, Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from domain.tools.catalogue import PROFILES
from domain.tools.profile import ToolProfile

TOOL_TAG: Final = "clew.tool"
"""The tag with a profile's id: set by a team on an experiment, or by an importer on a run."""
UNKNOWN: Final = "unknown"
"""The value of `TOOL_TAG` if the tool has no profile."""

SignKind = Literal["metric", "param", "tag"]
Because = Literal["team", "run", "signs", "nothing", "several"]


class Sign(NamedTuple):
    """A key that a run can have, and that indicates a tool."""

    kind: SignKind
    key: str


class ToolReading(NamedTuple):
    """The tool that a run is read as, None where none is known, and why.

    If `because` is "signs", `signs` are those of the run; if it is "several", `rivals` are the tools that fit equally
    well.
    """

    profile: ToolProfile | None
    because: Because
    signs: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def _signs_of(profile: ToolProfile) -> list[Sign]:
    signs = profile.signs
    by_kind: list[tuple[SignKind, tuple[str, ...]]] = [
        ("metric", signs.metrics),
        ("param", signs.params),
        ("tag", signs.tags),
    ]
    return [Sign(kind, key) for kind, keys in by_kind for key in keys]


_OF_PROFILE: Final = {profile.id: frozenset(_signs_of(profile)) for profile in PROFILES.values()}
SIGNS: Final = tuple(sorted(frozenset[Sign]().union(*_OF_PROFILE.values())))
"""All signs of all tools."""
_METRIC_SIGNS: Final = frozenset(sign.key for sign in SIGNS if sign.kind == "metric")
_OTHER_SIGNS: Final = [sign for sign in SIGNS if sign.kind != "metric"]
METRIC_SIGNS: Final[Collection[str]] = _METRIC_SIGNS
"""The metrics that are signs: they are needed even where only some of a run's metrics are read."""


def tool_of(
    metrics: Iterable[str], params: Container[str], tags: Mapping[str, str], stated: str | None = None
) -> ToolReading:
    """Determines a run's tool by what it logged; `stated` is the tool that its experiment's team set."""
    found = [Sign("metric", key) for key in _METRIC_SIGNS.intersection(metrics)]
    found += [sign for sign in _OTHER_SIGNS if sign.key in (params if sign.kind == "param" else tags)]
    return reading_of(frozenset(found), stated, tags.get(TOOL_TAG))


@lru_cache(maxsize=4_096)
def reading_of(found: frozenset[Sign], stated: str | None, own: str | None) -> ToolReading:
    """Determines the tool by the signs that a run has, the tool its team set, and the run's `own` tag."""
    if stated == UNKNOWN:
        return ToolReading(None, "team")
    if stated is not None and stated in PROFILES:
        return ToolReading(PROFILES[stated], "team")
    if own is not None and own in PROFILES:
        return ToolReading(PROFILES[own], "run")
    return _by_signs(found)


def _by_signs(found: frozenset[Sign]) -> ToolReading:
    fitting = {one: signs & found for one, signs in _OF_PROFILE.items() if _fits(PROFILES[one], signs, found)}
    # A tool that refines another wins by any sign of its own.
    ruled_out = {PROFILES[one].refines for one in fitting}
    left = {one: signs for one, signs in fitting.items() if one not in ruled_out}
    if not left:
        return ToolReading(None, "nothing")
    most = max(map(len, left.values()))
    best = sorted(one for one, signs in left.items() if len(signs) == most)
    if len(best) > 1:
        return ToolReading(None, "several", rivals=tuple(PROFILES[one].name for one in best))
    return ToolReading(PROFILES[best[0]], "signs", tuple(sorted(sign.key for sign in left[best[0]])))


def _fits(profile: ToolProfile, signs: frozenset[Sign], found: frozenset[Sign]) -> bool:
    return signs <= found if profile.signs.needs_all else bool(signs & found)
