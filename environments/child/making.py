"""Creates an environment from a plan: imports only code that is registered here, or named in the operator's file."""

import importlib
import inspect
import sys
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, WrapperSpec, find_highest_version, get_env_id, parse_env_id

from domain.errors.environments.naming import (
    EntryPointUnknown,
    NotRegistered,
    PackageMissing,
    StatisticsMissing,
    VariantUnknown,
    WrapperArgumentsMissing,
    WrapperUnknown,
)
from environments.child.trouble import MISSING, REFUSED, Trouble
from environments.plan import CreationPlan
from environments.spec_reading import NamedSpec, NamedWrapper, refused_argument
from environments.well_known import (
    LEFT_OUT,
    LEFT_OUT_OF_OTHERS,
    NORMALISING,
    WRAPPER_MODULES,
    WRAPPERS,
    package_of,
)

PICTURES = "rgb_array"


def make(plan: CreationPlan) -> Any:
    """Returns a Gymnasium environment; raises Trouble, or any exception of the environment's own code."""
    registered = _registered(plan)
    spec = EnvSpec(
        id=registered.id,
        entry_point=registered.entry_point,
        reward_threshold=registered.reward_threshold,
        nondeterministic=registered.nondeterministic,
        max_episode_steps=(plan.spec and plan.spec.max_episode_steps) or registered.max_episode_steps,
        disable_env_checker=True,
        kwargs=_arguments(plan, registered),
        additional_wrappers=_wrappers(plan, registered),
    )
    return gymnasium.make(spec, **_drawing(registered))


def _registered(plan: CreationPlan) -> EnvSpec:
    """Returns the registered spec of the id.

    Imports the package that registers it according to the operator, or to a short list of ours.
    """
    described = plan.described
    sys.path[:0] = plan.paths
    for package in described.packages:
        _import(package)
    if described.entry_point is not None:
        gymnasium.register(described.id, described.entry_point, max_episode_steps=described.max_episode_steps)
    if _found(described.id) is None and (well_known := package_of(described.id)):
        _import(well_known)
    registered = _found(described.id)
    if registered is None:
        raise Trouble(MISSING, NotRegistered())
    if plan.spec is not None and (unknown := _other_code(plan.spec, registered)):
        raise Trouble(REFUSED, EntryPointUnknown(unknown))
    return registered


def _found(env_id: str) -> EnvSpec | None:
    """Finds an environment by its id; without a version in it, the newest."""
    namespace, name, version = parse_env_id(env_id)
    if version is None and env_id not in gymnasium.registry:
        version = find_highest_version(namespace, name)
    return gymnasium.registry.get(get_env_id(namespace, name, version))


def _import(package: str) -> None:
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise Trouble(MISSING, PackageMissing(error.name or package)) from error


def _other_code(spec: NamedSpec, registered: EnvSpec) -> str | None:
    """Returns the code that a model names but the registry does not."""
    named = (spec.entry_point, spec.vector_entry_point)
    known = (registered.entry_point, registered.vector_entry_point)
    return next((one for one, own in zip(named, known, strict=True) if one is not None and one != own), None)


def _arguments(plan: CreationPlan, registered: EnvSpec) -> dict[str, Any]:
    described = plan.described
    own = registered.kwargs | described.kwargs
    kwargs = own
    if plan.spec is not None:
        kwargs = plan.spec.arguments
        if trouble := refused_argument(kwargs, own):
            raise Trouble(REFUSED, trouble)
    if plan.variant is not None:
        if plan.variant not in described.variants:
            raise Trouble(REFUSED, VariantUnknown(plan.variant))
        kwargs = kwargs | described.variants[plan.variant]
    return {name: value for name, value in kwargs.items() if name != "render_mode"}


def _wrappers(plan: CreationPlan, registered: EnvSpec) -> tuple[WrapperSpec, ...]:
    """Returns the wrappers that a model names, each verified; else the operator's."""
    own = registered.additional_wrappers
    if plan.spec is None:
        described = plan.described.wrappers
        return (*own, *(WrapperSpec(one.entry_point.split(":")[1], one.entry_point, one.kwargs) for one in described))
    allowed = {*plan.allowed_wrappers, *(one.entry_point for one in (*own, *plan.described.wrappers))}
    named = [one for one in plan.spec.additional_wrappers if not _is_left_out(one)]
    if named and _class(named[-1]) == NORMALISING and plan.normalised:
        named.pop()  # it is replaced by the statistics of the training
    return tuple(_checked_wrapper(one, allowed) for one in named)


def _class(wrapper: NamedWrapper) -> str:
    """Returns the name of one of Gymnasium's wrappers; empty for others."""
    module, _, name = wrapper.entry_point.partition(":")
    return name if module == "gymnasium.wrappers" or module.startswith("gymnasium.wrappers.") else ""


def _is_left_out(wrapper: NamedWrapper) -> bool:
    return _class(wrapper) in LEFT_OUT or wrapper.entry_point in LEFT_OUT_OF_OTHERS


def _checked_wrapper(wrapper: NamedWrapper, allowed: set[str]) -> WrapperSpec:
    name = _class(wrapper)
    if name == NORMALISING:
        raise Trouble(REFUSED, StatisticsMissing(name))
    module, _, attribute = wrapper.entry_point.partition(":")
    if name in WRAPPERS:
        entry_point = f"gymnasium.wrappers:{name}"
    elif wrapper.entry_point in allowed or module in WRAPPER_MODULES:
        entry_point = wrapper.entry_point
    else:
        raise Trouble(REFUSED, WrapperUnknown(wrapper.entry_point))
    if trouble := refused_argument(wrapper.arguments or {}, {}):
        raise Trouble(REFUSED, trouble)
    kind = getattr(importlib.import_module(entry_point.partition(":")[0]), attribute, None)
    if not (inspect.isclass(kind) and issubclass(kind, gymnasium.Wrapper)):
        raise Trouble(REFUSED, WrapperUnknown(wrapper.entry_point))
    return WrapperSpec(wrapper.name, entry_point, _recorded(wrapper, kind))


def _recorded(wrapper: NamedWrapper, kind: type) -> dict[str, Any]:
    """Returns the recorded arguments; a wrapper without a record has none only if it accepts none."""
    if wrapper.arguments is not None:
        return wrapper.arguments
    if len(inspect.signature(kind).parameters) > 1:
        raise Trouble(REFUSED, WrapperArgumentsMissing(wrapper.entry_point))
    return {}


def _drawing(registered: EnvSpec) -> dict[str, str]:
    """Returns the arguments that enable pictures, if the environment supports them."""
    creator: Any = registered.entry_point
    if isinstance(creator, str):
        module, _, name = creator.partition(":")
        creator = getattr(importlib.import_module(module), name)
    metadata = getattr(creator, "metadata", None)
    modes = metadata.get("render_modes", []) if isinstance(metadata, dict) else []
    takes_mode = not inspect.isclass(creator) and "render_mode" in _parameters(creator)
    return {"render_mode": PICTURES} if PICTURES in modes or takes_mode else {}


def _parameters(creator: Any) -> set[str]:
    try:
        return set(inspect.signature(creator).parameters)
    except (TypeError, ValueError):
        return set()


def undrawable_modes(env: Any) -> list[str] | None:
    """Returns the render modes of an environment that draws no pictures; None if it does."""
    modes = [str(mode) for mode in env.metadata.get("render_modes", [])][:10]
    return None if PICTURES in (env.render_mode, *modes) else modes
