"""All SQL of the server, by noun. Rows in, rows out: no rights, no merging, no HTTP."""
