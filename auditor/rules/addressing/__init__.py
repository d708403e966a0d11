"""Rules on IPv4 and private addressing."""
