"""The parts of 概況."""
