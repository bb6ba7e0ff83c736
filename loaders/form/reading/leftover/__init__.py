"""What nobody has read: the sweep at the end of reading names every filled cell that gave no entry."""
