"""Proposals about judging rules as they stand at a moment."""

from __future__ import annotations

#: Proposals as they stand at a moment. One that a newer return of the same round and department replaced waits no more.
#: ``before`` is what each attribute was when the change was proposed, in words, as the log keeps it.
PROPOSALS = """
SELECT p.proposal_id, p.indicator_id, p.document, p.reason, p.origin, p.submission_id,
    department_of(s.respondent_id) AS department_id, p.who,
    p.proposed_at,
    CASE WHEN d.kind = 'accept_card' THEN 'accepted' WHEN d.kind = 'reject_card' THEN 'rejected'
         WHEN p.origin = 'return' AND p.seq < max(p.seq) OVER (
            PARTITION BY p.origin, p.indicator_id, s.round_id, s.respondent_id, p.sample) THEN 'replaced'
         ELSE 'open' END AS state,
    coalesce(json_extract_string(d.payload, '$.decided_on'), '') AS decided_on,
    coalesce(json_extract_string(d.payload, '$.decision'), '') AS decision,
    coalesce(d.who, '') AS entered_by, coalesce(d.reason, '') AS answer, p.sample,
    coalesce(json_extract_string(e.payload, '$.person'), '') AS person, coalesce(e.role, '') AS role,
    coalesce(json_extract_string(e.payload, '$.before'), '{}') AS before
FROM proposals p LEFT JOIN submissions s USING (submission_id) LEFT JOIN decisions e ON e.seq = p.seq
LEFT JOIN decisions d ON d.subject = p.proposal_id AND d.kind IN ('accept_card', 'reject_card')
    AND d.done_at <= $moment
WHERE p.plan_id = $plan AND p.proposed_at <= $moment
ORDER BY p.seq
"""
