"""``python -m provenance``."""

from provenance.cli import run

if __name__ == "__main__":
    run()
