"""The parts of 報告書."""
