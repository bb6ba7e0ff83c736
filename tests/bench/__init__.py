"""Benchmarks: each figure of the program beside a plain reference measured in the same run."""
