"""The parts of 管理."""
