"""Stops a job on the cluster, with pauses between the requests."""

import math
import time
from typing import Final

from scheduler.ray_jobs.job import Job, JobStatus
from scheduler.ray_jobs.jobs_api import JobsApi

STOP_EACH_SECONDS: Final = 2.0


class JobStop:
    """Stops a job repeatedly: Ray reports a waiting job as stopped, but may run it afterwards."""

    def __init__(self, jobs: JobsApi, submission_id: str) -> None:
        self._jobs, self._submission_id = jobs, submission_id
        self._due = 0.0

    def request_if_due(self, job: Job) -> None:
        """Sends a stop request, unless the last one was sent a moment ago, or reached the running program."""
        if (now := time.monotonic()) >= self._due:
            self._due = now + STOP_EACH_SECONDS
            if self._jobs.stop(self._submission_id) and job.status == JobStatus.RUNNING:
                self._due = math.inf  # a second signal would interrupt the program's final writes
