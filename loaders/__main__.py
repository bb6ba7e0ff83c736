"""``python -m loaders …``."""

from __future__ import annotations

import sys

from loaders.cli import interrupt

if __name__ == "__main__":
    interrupt.ends_at_once()
    from loaders.cli.commands import main

    try:
        code = main()
    except KeyboardInterrupt:  # pressed once more while the first was being told
        interrupt.end()
    sys.exit(code)
