"""The server of a company: accounts, permissions, sequences and sync. Its front door is cli.py."""
