"""Settings in files of keys and values."""
