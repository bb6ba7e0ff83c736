"""``python -m tests.bench [name …]``: benchmarks as ratios to their references; exit code 1 when one fails."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from tests.bench.figure import Figure

#: Modules of this package that have ``run() -> list[Figure]``.
REGISTRY = ("first_visit", "judging", "keeping", "loading", "paper", "people", "screens", "waiting", "work_screens")


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text."""
    lines = [f"{'figure':<62}{'ours':>9}{'reference':>11}{'ratio':>8}{'limit':>7}  holds"]
    for f in figures:
        verdict = "yes" if f.holds else "NO"
        lines.append(
            f"{f.name:<62}{f.seconds:>8.3f}s{f.reference_seconds:>10.3f}s{f.ratio:>8.2f}{f.limit:>7.1f}  {verdict}"
        )
        lines.append(f"    reference: {f.reference_name}")
        lines += [f"    {note}" for note in f.notes]
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks, all of them where none is named."""
    unknown = sorted(set(names) - set(REGISTRY))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(REGISTRY)}")
        return 2
    figures: list[Figure] = []
    for name in names or REGISTRY:
        figures += importlib.import_module(f"tests.bench.{name}").run()
    print(table(figures))
    return 0 if figures and all(f.holds for f in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
