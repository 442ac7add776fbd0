"""Containers, orchestration, infrastructure and pipelines."""
