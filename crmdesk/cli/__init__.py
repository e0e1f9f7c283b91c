"""The command line: every use case as a command, for people, scripts and tests.

It opens a profile, names things, calls one use case and prints what came of it; it decides nothing itself.
"""
