"""The machine around us: clock, folders, preferences, secrets, logs, shipped files."""
