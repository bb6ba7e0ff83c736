"""The formats of a meeting's paper: blocks in, bytes out. No figure is made here."""
