"""The indicators of a plan by the numbers and names that stand in a form."""

from __future__ import annotations

from kpi.plan import Indicator
from loaders.form.reading.headings import label


class Names:
    """Indicators of a plan by folded number and name."""

    def __init__(self, indicators: tuple[Indicator, ...]) -> None:
        self.ids = {i.id: i for i in indicators}
        self._numbers: dict[str, list[Indicator]] = {}
        self._names: dict[str, list[Indicator]] = {}
        for indicator in indicators:
            self._numbers.setdefault(label(indicator.number), []).append(indicator)
            self._names.setdefault(label(indicator.name), []).append(indicator)

    def number(self, text: str) -> Indicator | None:
        """The one indicator of a number."""
        found = self._numbers.get(label(text), [])
        return found[0] if len(found) == 1 else None

    def name(self, text: str) -> Indicator | None:
        """The one indicator of a name."""
        found = self._names.get(label(text), [])
        return found[0] if len(found) == 1 else None
