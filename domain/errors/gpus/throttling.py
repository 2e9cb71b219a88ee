"""Why a GPU runs at lower clocks."""

from domain.messages import Message, template


class ThrottleReason(Message):
    """A reason why a GPU runs at lower clocks."""


class ClocksSet(ThrottleReason):
    """An administrator has set the clocks."""

    text = template("clocks set by an administrator")


class PowerLimit(ThrottleReason):
    """The power limit has been reached."""

    text = template("power limit")


class HardwareSlowdown(ThrottleReason):
    """The hardware has slowed the GPU down."""

    text = template("hardware slowdown")


class SyncBoost(ThrottleReason):
    """The GPU follows the slowest of its sync boost group."""

    text = template("sync boost group")


class DriverTemperature(ThrottleReason):
    """The driver has lowered the clocks because of the temperature."""

    text = template("temperature (driver)")


class HardwareTemperature(ThrottleReason):
    """The hardware has lowered the clocks because of the temperature."""

    text = template("temperature (hardware)")


class PowerBrake(ThrottleReason):
    """An external power brake is asserted."""

    text = template("power brake")


class DisplayClock(ThrottleReason):
    """The display's clock setting limits the GPU."""

    text = template("display clock setting")
