"""Who is employed, in which role, and who manages whom, on a day (calculation.md section 3)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from .dates import Days, days, holds
from .findings import Findings
from .inputs import Inputs, Worker, WorkerJob


class People:
    """Workers, their jobs, and the CRM users they are known by."""

    def __init__(self, inputs: Inputs, findings: Findings) -> None:
        self.workers: dict[str, Worker] = {row.worker_id: row for row in inputs.workers}
        self._jobs: dict[str, list[WorkerJob]] = defaultdict(list)
        for job in inputs.worker_jobs:
            self._jobs[job.worker_id].append(job)
        by_email = {row.email: row.worker_id for row in inputs.workers if row.email is not None}
        self._worker_of = {user.user_id: user.worker_id or by_email.get(user.email or "") for user in inputs.crm_users}
        self._note_cycles(findings)

    def behind(self, user_id: str) -> str | None:
        """The worker behind a CRM user: by worker_id, else by email."""
        worker_id = self._worker_of.get(user_id)
        return worker_id if worker_id in self.workers else None

    def employment(self, worker_id: str) -> Days:
        """The days on which the worker is employed."""
        worker = self.workers[worker_id]
        return days(worker.hire_date, worker.termination_date)

    def is_employed(self, worker_id: str, day: date) -> bool:
        """Whether the worker is employed on the day."""
        return worker_id in self.workers and self.employment(worker_id).holds(day)

    def role(self, worker_id: str, day: date) -> str | None:
        """The worker's sales role on the day."""
        job = self._job(worker_id, day)
        return job.sales_role if job else None

    def managers(self, worker_id: str, levels: int, day: date) -> list[tuple[str, str]]:
        """(manager, that manager's direct report) upwards from the worker, nearest first.

        In a cycle the walk ends where it would meet someone for the second time.
        """
        line: list[tuple[str, str]] = []
        met = {worker_id}
        current = worker_id
        for _ in range(levels):
            job = self._job(current, day)
            manager = job.manager_worker_id if job else None
            if manager is None or manager in met:
                break
            line.append((manager, current))
            met.add(manager)
            current = manager
        return line

    def _job(self, worker_id: str, day: date) -> WorkerJob | None:
        for job in self._jobs.get(worker_id, []):
            if holds(job.valid_from, day, job.valid_to):
                return job
        return None

    def _note_cycles(self, findings: Findings) -> None:
        """An error row for each reporting cycle, on any day on which a job begins."""
        for day in sorted({job.valid_from for jobs in self._jobs.values() for job in jobs}):
            for worker_id in self._jobs:
                line = [worker_id]
                while True:
                    job = self._job(line[-1], day)
                    manager = job.manager_worker_id if job else None
                    if manager is None:
                        break
                    if manager in line:
                        members = ",".join(sorted(line[line.index(manager) :]))
                        findings.add("reporting_cycle", "workers", members, severity="error")
                        break
                    line.append(manager)
