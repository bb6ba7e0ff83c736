"""Which questions asked back (修正依頼) stand: one that was withdrawn (取下げ) is as if it had never been asked.

And what takes a confirmation (確認済) back: such a question, or somebody's act of taking it back.
"""

from __future__ import annotations

from loaders.store.queries.standing import UNCONFIRMED, WITHDRAWN

#: A moment after all that was ever done.
_EVER = "TIMESTAMP '9999-12-31'"


def standing(moment: str = _EVER) -> str:
    """The questions that stand at a moment, as a table within a query; ``moment`` is an SQL expression."""
    return f"""(
    SELECT * FROM questions WHERE asked_at <= {moment} AND question_id NOT IN (
        SELECT unnest(from_json(payload -> '{WITHDRAWN}', '["VARCHAR"]'))
        FROM decisions WHERE kind = 'withdraw' AND done_at <= {moment}))"""


def taking_back(moment: str = _EVER) -> str:
    """What takes confirmations back at a moment, as a table within a query.

    Its columns: plan_id, round_id, department_id, submission_id, subject_id, and the seq of the act. A confirmation
    with a higher number than that is a new one and holds.
    """
    return f"""(
    SELECT plan_id, round_id, department_of(respondent_id) AS department_id, submission_id, subject_id, seq
    FROM {standing(moment)}
    UNION ALL
    SELECT s.plan_id, s.round_id, department_of(s.respondent_id), s.submission_id,
        unnest(from_json(d.payload -> '{UNCONFIRMED}', '["VARCHAR"]')), d.seq
    FROM decisions d JOIN submissions s ON s.submission_id = d.subject
    WHERE d.kind = 'unconfirm' AND d.done_at <= {moment})"""
