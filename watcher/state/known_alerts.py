"""The alerts that a watcher knows: in memory, on its own disk, and which of them MLflow does not have yet."""

from collections.abc import Collection, Iterator

from domain.alerts.alert import Alert
from domain.alerts.kinds import AlertKind
from watcher.state.outbox import Outbox


class AlertIndex:
    """Alerts by id; not safe for threads by itself: `AlertBook` holds its lock around each call that writes."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._alerts = {alert.id: alert for alert in outbox.load()}
        self._unrecorded: set[str] = set(self._alerts)

    def __iter__(self) -> Iterator[Alert]:
        """Returns an iterator over a copy, so that alerts can be saved and removed meanwhile."""
        return iter(list(self._alerts.values()))

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._alerts

    def __getitem__(self, alert_id: str) -> Alert:
        return self._alerts[alert_id]

    def get(self, alert_id: str) -> Alert | None:
        """Returns the alert with this id; None where it is unknown."""
        return self._alerts.get(alert_id)

    def open_of(self, kind: AlertKind, subject_key: str) -> Alert | None:
        """Returns the alert of this kind and subject that still holds; None where there is none."""
        return next((one for one in self if one.holds and one.kind is kind and one.subject.key == subject_key), None)

    @property
    def unrecorded(self) -> list[str]:
        """The ids of alerts that MLflow does not have in their present state."""
        return sorted(self._unrecorded)

    def mark_recorded(self, alert: Alert) -> None:
        """Notes that MLflow has this state of an alert; no effect where the alert has changed since."""
        if self._alerts.get(alert.id, alert) == alert:
            self._unrecorded.discard(alert.id)

    def save(self, alert: Alert) -> None:
        """Saves an alert on disk first, so that no message is sent about one that a restart would forget."""
        self._outbox.save(alert)
        self._keep(alert)

    def save_delivered(self, alerts: Collection[Alert]) -> None:
        """Saves alerts in memory first, so that a full disk does not make their messages go out again and again."""
        for alert in alerts:
            self._keep(alert)
        for alert in alerts:
            self._outbox.save(alert)

    def adopt(self, other: Alert) -> None:
        """Merges an alert that MLflow has, so that what another watcher has sent is not sent again."""
        own = self._alerts.get(other.id)
        merged = other if own is None else own.merged(other)
        if merged != own:
            self.save(merged)
        self.mark_recorded(other)

    def forget(self, alert_id: str) -> None:
        """Removes an alert from memory and disk."""
        del self._alerts[alert_id]
        self._outbox.forget(alert_id)
        self._unrecorded.discard(alert_id)

    def _keep(self, alert: Alert) -> None:
        self._alerts[alert.id] = alert
        self._unrecorded.add(alert.id)
