"""Plan files: one definition of their columns, and the reader that takes what is sound."""
