"""The one gate for writes and for rights: what a person may do.

Every method asks :func:`kpi.collection.workflow.may` before it does anything, on the server's side,
whatever a page has drawn.
Pages and commands write through these services and in no other way.
"""

from __future__ import annotations

from loaders.services.authorization import Gate, NotAllowed
from loaders.services.disclosure import Seeing
from loaders.services.form_distribution import Forms
from loaders.services.lists.listing import Listing
from loaders.services.maintenance import Keeping
from loaders.services.organisation import Office
from loaders.services.reporting import Reporting
from loaders.services.secretariat import Staff
from loaders.services.submissions import Returning

__all__ = ["Gate", "NotAllowed", "Services"]


class Services(Seeing, Forms, Returning, Staff, Reporting, Office, Keeping, Listing):
    """What one person does: ``Services(store, person, data, now)``.

    A method raises :class:`NotAllowed` where the person may not do it, and KeyError for an id that nobody knows. What
    forbids an act as things stand comes back as issues.
    """
