"""provenance: where an AI stack comes from, with evidence."""

__version__ = "0.1.0"
