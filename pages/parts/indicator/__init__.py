"""The parts of 指標."""
