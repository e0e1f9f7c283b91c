"""HTTP in and out: decode, ask a room below, encode. Nothing is decided here."""
