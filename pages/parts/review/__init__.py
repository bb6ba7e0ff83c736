"""The parts of 確認."""
