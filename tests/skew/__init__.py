"""The version before against this one. `frozen` is the kernel of the version before, with its declarations."""
