"""Why a training is not started, waits, is not stopped, or how it ended."""
