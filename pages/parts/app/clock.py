"""The one place where the screens ask what time it is. The domain is told; it never looks."""

from __future__ import annotations

from loaders.settings import now, today

__all__ = ["now", "today"]
