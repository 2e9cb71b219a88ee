"""YAML that somebody else wrote: its texts, lists and mappings alone, in little time, at no peril to this process."""

import yaml

MOST_BYTES = 64 * 2**10  # a second's work at worst, in C; in Python four, and all of it holds up the other threads
_DEEPEST = 20
# The "base" loaders make text of every scalar: no dates that are none, and no merge keys, which can grow without end.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class NotPlain(ValueError):
    """It is no YAML, or none that is read here."""


def plain_yaml(content: bytes) -> object:
    """Returns what is in it; raises `NotPlain`. To be given `MOST_BYTES` at most."""
    try:
        if _depth(content) > _DEEPEST:
            raise NotPlain
        return yaml.load(content, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        raise NotPlain(str(error)) from error


def _depth(content: bytes) -> int:
    """Returns how deep it is nested, or some depth that is too much.

    Libyaml's loader crashes the process at some thousands.
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
