"""edge: the only modules that talk to the outside. Heavy imports are late."""
