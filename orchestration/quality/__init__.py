"""The quality gate: what must hold before dbt builds (raw) and before anything is published (dbt's tests, marts)."""
