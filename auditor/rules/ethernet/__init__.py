"""Rules on cables and switch ports."""
