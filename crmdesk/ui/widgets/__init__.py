"""The controls pages are made of. Painted ones derive from QAbstractButton or a list delegate, for keys and roles."""
