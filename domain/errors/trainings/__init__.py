"""Why a training is not started, waits, is not stopped, or ended as it did."""
