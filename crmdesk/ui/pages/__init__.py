"""The screens. Each is a Page or a sheet over the window; what they share lives in widgets and context."""
