"""The parts of 引継ぎ."""
