"""Python sources and notebooks."""
