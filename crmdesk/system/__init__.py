"""The machine around us: paths, settings, secrets, logs and the files that ship with the product."""
