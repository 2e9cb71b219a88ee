"""Settings of a Clew that waits for MLflow as long as a busy machine needs."""

from settings.settings import Settings


class PatientSettings(Settings):
    """Waits 15 s for MLflow, longer than pages do, since a busy machine is slow; other tests check the real limit."""

    @property
    def patience_seconds(self) -> float:
        return 15.0
