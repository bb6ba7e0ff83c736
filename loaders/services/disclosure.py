"""What a person looks at and takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from kpi.assessment import Assessment
from kpi.collection.workflow import Action, refusal
from kpi.people import Audience
from kpi.place import Place
from kpi.provenance.passport import Passport
from kpi.snapshot import Snapshot
from loaders.documents import export
from loaders.documents.parquet.parquet_dataset import write_dataset
from loaders.services.authorization import Gate, NotAllowed
from loaders.store import StoredReturn
from loaders.text.characters import tidy


class Seeing(Gate):
    """Figures, returns, files, passports and the log, as far as the person may see them."""

    def snapshot(self, plan_id: str, as_of: datetime | None = None, *, public: bool = False) -> Snapshot:
        """All of a plan that the person may see, now or as of a moment; ``public``: only what everybody may see."""
        self._ask(Action.SEE_APPROVED, Place(plan_id))
        audience = Audience.PUBLIC if public else self.audience(plan_id)
        return self.store.snapshot(plan_id, as_of, audience, self._now())

    def submission(self, submission_id: str) -> StoredReturn:
        """One return as it stands."""
        return self._return(Action.SEE_RETURNS, submission_id)

    def workbook(self, sha256: str) -> tuple[str, bytes]:
        """The name and the bytes of a returned file, for who may see a return that brought it."""
        if not any(self._reaches(Action.SEE_RETURNS)):
            self._ask(Action.SEE_RETURNS)
        for submission_id in self.store.holders(sha256):
            stored = self.store.submission(submission_id)
            if self.may(Action.SEE_RETURNS, stored.reading.place):
                name, data = self.store.workbook(sha256)
                # The same bytes may have come under another name in a return of somebody else.
                return stored.filename or name, data
        raise NotAllowed(refusal(self.person, Action.SEE_RETURNS))

    @tidy
    def trace(self, query: str) -> tuple[Passport, ...]:
        """Where figures come from, by short number or indicator; none that the person may not see."""
        self._ask(Action.SEE_APPROVED)
        found = self.store.trace(query)
        plans = {p.plan_id for p in found}
        now = self._now()
        codes = frozenset().union(*(self.store.visible_codes(p, self.audience(p), now) for p in plans))
        return tuple(
            replace(p, earlier=tuple(e for e in p.earlier if e.code in codes)) for p in found if p.code in codes
        )

    @tidy
    def log(
        self,
        plan_id: str | None = None,
        *,
        who: str = "",
        kind: str = "",
        subject: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> pd.DataFrame:
        """Who did what when, newest first."""
        self._ask(Action.SEE_LOG, Place(plan_id or ""))
        return self.store.log(plan_id, who=who, kind=kind, subject=subject, since=since, until=until)

    def export(self, plan_id: str, folder: Path) -> tuple[Path, ...]:
        """Write the tables of a plan, as far as the person may see them, into a folder."""
        self._ask(Action.EXPORT, Place(plan_id))
        return export.write_folder(self.snapshot(plan_id), folder)

    def export_parquet(self, plan_id: str, folder: Path) -> Assessment:
        """Write the same for other engines, with what is judged today and the published figures; what was written.

        ``NotOurs`` where the folder holds anything but an earlier export of the plan.
        """
        self._ask(Action.EXPORT, Place(plan_id))
        state = Assessment.of(self.snapshot(plan_id), self._now().date())
        write_dataset(state, folder)
        return state
