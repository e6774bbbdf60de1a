"""Ingestion: landing files become typed, append-only raw tables; rules are checked and copied for dbt."""
