"""Rules on how readers get and keep their addresses."""
