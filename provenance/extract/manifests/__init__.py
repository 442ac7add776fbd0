"""What projects declare that they depend on, by ecosystem."""
