"""Parses untrusted YAML: texts, lists and mappings only, with bounded time and depth."""

import yaml

MAX_BYTES = 64 * 2**10  # a second's work at worst, in C; in Python four, and all of it blocks the other threads
_DEEPEST = 20
# The "base" loaders read every scalar as text: no invalid dates, and no merge keys, which can grow without bound.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class NotPlain(ValueError):
    """The text is not YAML, or uses features that are not read here."""


def plain_yaml(content: bytes) -> object:
    """Parses YAML of at most `MAX_BYTES`, which the caller checks; raises `NotPlain`."""
    try:
        if _depth(content) > _DEEPEST:
            raise NotPlain
        return yaml.load(content, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        raise NotPlain(str(error)) from error


def _depth(content: bytes) -> int:
    """Returns the nesting depth, or some depth beyond the limit: libyaml's loader crashes the process at some
    thousands.
    """
    deepest = depth = 0
    for event in yaml.parse(content, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        deepest = max(deepest, depth)
        if deepest > _DEEPEST:
            break
    return deepest
