"""The parts of 回答."""
