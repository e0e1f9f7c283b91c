"""How edits travel between this laptop and its company's server.

`plan` and `schedule` decide and touch nothing; `engine` carries the plan out through `http`, the one file
that knows the HTTP client. Knows nothing of windows or of who asked.
"""
