"""What the files of one upload may take together, however many they are and whatever each is on its own.

One workbook that uses up its time is a nuisance; a hundred of them in a zip are an attack. Time is the processor's, as
the children tell it: on a busy machine the clock would refuse whoever comes at the wrong moment.
"""

from __future__ import annotations

import json

from loaders.workbook.isolation.archive import Member
from loaders.workbook.isolation.worker_pool import Lost, Pool, shared_pool

#: Reasons that are the machine's: the file has cost nothing.
_NOT_ITS_OWN = ("busy", "not_started")


class Upload:
    """A pool of children as one upload may use it. Raises Lost with ``upload_spent`` once it has had enough."""

    def __init__(self, pool: Pool | None = None) -> None:
        self._pool = pool or shared_pool()
        self.limits = self._pool.limits
        self._seconds = self.limits.upload_seconds
        self._wasted = self.limits.wasted_seconds
        self._refused = self.limits.refused_files
        self._room = self.limits.upload_bytes

    def members(self, data: bytes) -> list[Member]:
        """The files of a zip, as far as all zips of this upload together leave room for them."""
        self._still()
        try:
            found, seconds = self._pool.members(data, self._room)
        except Lost as lost:
            self._refuse(lost.code, self.limits.processor_seconds)
            raise
        self._seconds -= seconds
        self._room -= sum(len(member.data) for member in found)
        return found

    def ask(self, data: bytes) -> bytes:
        """The child's answer for one workbook."""
        self._still()
        self._seconds += self.limits.file_seconds
        try:
            answer, seconds = self._pool.timed(data)
        except Lost as lost:
            self._refuse(lost.code, self.limits.processor_seconds)
            raise
        if answer.startswith(b'{"refused"'):
            self._refuse(json.loads(answer)["refused"], seconds)
        else:
            self._seconds -= seconds
        return answer

    def spend(self, seconds: float) -> None:
        """Count the processor time that understanding a workbook took, once it was open."""
        self._seconds -= seconds

    def _still(self) -> None:
        if min(self._seconds, self._wasted, self._refused) <= 0:
            raise Lost("upload_spent")

    def _refuse(self, code: str, seconds: float) -> None:
        if code not in _NOT_ITS_OWN:
            self._seconds -= seconds
            self._wasted -= seconds
            self._refused -= 1
