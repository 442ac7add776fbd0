"""Shell scripts and what runs them."""
