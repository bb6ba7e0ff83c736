"""``python -m tests.campaign NAME``: the long runs, by name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.campaign import doors, hurts, marked

#: Name -> what it takes, what it does, what it is.
CAMPAIGNS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int], str]] = {
    "hurts": (hurts.arguments, hurts.run, "forms hurt at random, every cell compared with the truth"),
    "doors": (doors.arguments, doors.run, "processes killed, hostile files, edits by another client; makes doors.md"),
    "tests": (marked.arguments, marked.run, "tests that are long by nature: whole matrices, properties at length"),
}


def main() -> int:
    """Run the campaign that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign")
    names = parser.add_subparsers(dest="name", required=True)
    for name, (arguments, _, about) in CAMPAIGNS.items():
        arguments(names.add_parser(name, help=about))
    told = parser.parse_args()
    return CAMPAIGNS[told.name][1](told)


if __name__ == "__main__":
    sys.exit(main())
