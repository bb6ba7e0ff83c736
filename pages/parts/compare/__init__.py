"""The parts of 全国比較."""
