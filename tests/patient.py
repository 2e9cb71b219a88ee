"""Settings of a Clew that waits for MLflow as long as a busy machine needs."""

from settings.settings import Settings


class Patient(Settings):
    """Waits longer for MLflow than a page may: on a busy machine an answer takes its time; other tests check how
    long."""

    @property
    def patience_seconds(self) -> float:
        return 15.0
