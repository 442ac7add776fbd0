"""Lock files: exact versions and who asks for whom."""
