"""Collecting figures: rounds and whom they ask, the life of a return, rights, letters, the reorganisation of April."""
