"""What proves the store: the log and its seals, verification, and the rebuild by replay."""
