"""Every parser of foreign bytes under bytes that nobody meant: `make fuzz` for long, a few hundred each in the suite."""
