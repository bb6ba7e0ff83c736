"""The one gate for writes and for rights: a person's desk.

Every method asks :func:`kpi.collection.may` before it does anything, on the server's side, whatever a page has drawn.
Pages and commands write through a desk and in no other way.
"""

from __future__ import annotations

from loaders.desk.forms import Forms
from loaders.desk.gate import Gate, NotAllowed
from loaders.desk.keeping import Keeping
from loaders.desk.office import Office
from loaders.desk.returning import Returning
from loaders.desk.seeing import Seeing
from loaders.desk.staff import Staff

__all__ = ["Desk", "Gate", "NotAllowed"]


class Desk(Seeing, Forms, Returning, Staff, Office, Keeping):
    """What one person does: ``Desk(store, person, data, now)``.

    A method raises :class:`NotAllowed` where the person may not do it, and KeyError for an id that nobody knows. What
    forbids an act as things stand comes back as issues.
    """
