"""The parts of 算定方法・用語."""
