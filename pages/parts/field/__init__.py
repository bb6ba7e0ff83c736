"""The parts of the screen 分野."""
