"""A simulated shop to try the program on: `make demo`."""
