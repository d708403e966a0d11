"""Rules on the way to the internet."""
