"""The tests, laid out as the packages are; what several of them share stands beside this file."""

from pathlib import Path

#: The checkout that is tested.
ROOT = Path(__file__).resolve().parents[1]
