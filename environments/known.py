"""The environments that can be created here: by the operator's file, and by installed packages."""

import math
import threading
from pathlib import Path
from typing import Final, Self

from cachetools import LRUCache

from domain.environments.environments_file import EnvironmentsFile, environments_in
from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from environments.fork_server import ForkServer
from environments.many import ManyEnvironments
from environments.plan import CreationPlan
from environments.spec_reading import NamedSpec, named_in

_MAX_FACTS: Final = 256


class KnownEnvironments:
    """Resolves a model's description of its environment; owns the process that all environments are forked from."""

    def __init__(self, file: EnvironmentsFile | None = None) -> None:
        self.file = file or EnvironmentsFile()
        self.server = ForkServer()
        self._facts: LRUCache[str, EnvironmentFacts] = LRUCache(_MAX_FACTS)
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Reads the operator's file, if there is one; raises BadInput."""
        return cls(None if path is None else environments_in(path))

    def plan_for(self, source: EnvironmentSource, copies: int, niceness: int) -> CreationPlan:
        """Returns the plan to create it; raises EnvironmentRefused if the model's description is not allowed."""
        named, facts = named_in(source), self.known_facts(source)
        spec = named if isinstance(named, NamedSpec) else None
        return CreationPlan(
            described=self.file.described(spec.id if spec else str(named)),
            spec=spec,
            variant=source.variant,
            paths=[str(path) for path in self.file.paths],
            allowed_wrappers=self.file.allowed_wrappers,
            normalised=source.statistics is not None,
            copies=copies,
            niceness=niceness,
            known_success=facts is not None,
            success=facts and facts.success,
        )

    def facts_of(self, source: EnvironmentSource, ends: float = math.inf) -> EnvironmentFacts:
        """Returns its facts, determined once; raises as ManyEnvironments, in whose process it runs, until `ends`."""
        found = self.known_facts(source)
        if found is None:
            made = ManyEnvironments(source, self, copies=1, ends=ends)
            made.close()
            found = made.facts
        return found

    def known_facts(self, source: EnvironmentSource) -> EnvironmentFacts | None:
        """Returns its facts if they have been determined; else None."""
        with self._lock:
            return self._facts.get(source.model_dump_json())

    def keep_facts(self, source: EnvironmentSource, facts: EnvironmentFacts) -> None:
        """Stores the facts of an environment that was created."""
        with self._lock:
            self._facts[source.model_dump_json()] = facts

    def close(self) -> None:
        """Ends all environments, permanently."""
        self.server.close()
