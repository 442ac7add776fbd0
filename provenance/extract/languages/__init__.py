"""Languages that are read without a parser."""
