"""The command line: ``python -m loaders …``."""
