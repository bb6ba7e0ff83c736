"""Which questions asked back (修正依頼) stand: one that was withdrawn (取下げ) is as if it had never been asked.

And what takes a confirmation (確認済) back: such a question, or somebody's act of taking it back.
"""

from __future__ import annotations

#: Under what the payload of ``withdraw`` names the questions, and that of ``unconfirm`` its indicators.
WITHDRAWN, UNCONFIRMED = "withdrawn", "unconfirmed"
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


#: The questions of a plan at a moment, each with what answers it:
#: the next sent return of the same round that has a row for what was asked about, or was told of it on the page, of
#: whichever department by then.
QUESTIONS = f"""
WITH answers AS (
    SELECT q.question_id, arg_min(s.submission_id, s.sent_seq) AS answered_by, min(s.sent_at) AS answered_at
    FROM {standing("$moment")} q JOIN submissions_at($plan, $moment) s
        ON s.round_id = q.round_id AND s.sent_seq > q.seq
    WHERE s.state = 'sent' AND EXISTS (
        SELECT 1 FROM entries e WHERE e.submission_id = s.submission_id AND e.subject_id = q.subject_id
        UNION ALL SELECT 1 FROM mends m WHERE m.submission_id = s.submission_id AND m.subject_id = q.subject_id)
    GROUP BY q.question_id)
SELECT q.question_id, q.round_id, department_of(q.respondent_id) AS department_id, q.submission_id,
    q.subject_id, q.key, q.text, q.who, q.asked_at,
    coalesce(a.answered_by, '') AS answered_by, a.answered_at, q.sample
FROM {standing("$moment")} q LEFT JOIN answers a USING (question_id)
WHERE q.plan_id = $plan ORDER BY q.question_id
"""
