"""Lineage: where what was built comes from."""
