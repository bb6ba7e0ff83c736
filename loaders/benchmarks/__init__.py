"""Published figures of other bodies, from their files."""
