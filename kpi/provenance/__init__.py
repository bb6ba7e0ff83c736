"""出所: where each figure comes from, and how that is told."""
