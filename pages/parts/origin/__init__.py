"""The parts of 出所."""
