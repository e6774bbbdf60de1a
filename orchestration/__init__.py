"""Quotaline's Dagster side: ingest, transform, gate, publish. Importing it does nothing."""
