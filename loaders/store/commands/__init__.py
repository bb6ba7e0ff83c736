"""What changes the store: a handler for each act of :data:`kpi.collection.acts.ACTS`, under the act's own name.

Each works inside a given transaction: ``handler(connection, act, …)``. What forbids an act comes back as issues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loaders.store.commands.access_rules import remove_membership, revoke, set_membership, set_publication
from loaders.store.commands.carry_over import save
from loaders.store.commands.consolidation import join, revise
from loaders.store.commands.corrections import mend
from loaders.store.commands.drafts import discard, pass_on
from loaders.store.commands.lists.list_acts import drop_list, keep_reading, take_list
from loaders.store.commands.plan_import import begin_plan, load_plan, revise_plan
from loaders.store.commands.proposals import accept_card, propose_card, reject_card
from loaders.store.commands.report_acts import edit_summary, make_report
from loaders.store.commands.round_acts import (
    cancel_round,
    change_plan,
    close_round,
    open_round,
    start_round,
    take_form,
)
from loaders.store.commands.round_review import ask_back, confirm, unconfirm, withdraw
from loaders.store.commands.sample_acts import load_samples, remove_samples, start_empty
from loaders.store.commands.sending import send

__all__ = [
    "HANDLERS",
    "accept_card",
    "ask_back",
    "begin_plan",
    "cancel_round",
    "change_plan",
    "close_round",
    "confirm",
    "discard",
    "drop_list",
    "edit_summary",
    "join",
    "keep_reading",
    "load_plan",
    "load_samples",
    "make_report",
    "mend",
    "open_round",
    "pass_on",
    "propose_card",
    "reject_card",
    "remove_membership",
    "remove_samples",
    "revise",
    "revise_plan",
    "revoke",
    "save",
    "send",
    "set_membership",
    "set_publication",
    "start_empty",
    "start_round",
    "take_form",
    "take_list",
    "unconfirm",
    "withdraw",
]

_ALL = (
    save, mend, discard, pass_on, join, revise, send, confirm, unconfirm, ask_back, withdraw,
    take_form, open_round, start_round, cancel_round, close_round, change_plan, load_plan,
    begin_plan, revise_plan, take_list, drop_list, keep_reading,
    propose_card, accept_card, reject_card, edit_summary, make_report,
    set_publication, set_membership, remove_membership, revoke, load_samples, start_empty, remove_samples,
)  # fmt: skip

#: The handler of each act that is done within the file.
HANDLERS: Mapping[str, Callable[..., Any]] = {handler.__name__: handler for handler in _ALL}
