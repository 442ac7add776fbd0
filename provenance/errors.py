"""The error tree. Each error says what, where, a hint, and the exit code it means."""

from __future__ import annotations


class ProvenanceError(Exception):
    """Base of every error this program raises on purpose.

    Attributes:
        hint: one line telling the reader what to do, or "".
        exit_code: process exit status, see docs/exit-codes.md.
    """

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ProvenanceError):
    """A flag, configuration or policy that cannot be used (exit 2)."""

    exit_code = 2


class PolicyError(UsageError):
    """A policy file that is missing, malformed or self-contradictory."""


class NothingToAudit(ProvenanceError):
    """The target exists but holds nothing this program reads (exit 3)."""

    exit_code = 3


class RegistryError(ProvenanceError):
    """The knowledge under ``data/`` is missing or does not hold together."""
