"""How fast the program is, measured on a generated fleet: `make bench`."""
