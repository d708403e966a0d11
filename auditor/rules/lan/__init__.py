"""Rules on the way from the point of sale to the reader."""
