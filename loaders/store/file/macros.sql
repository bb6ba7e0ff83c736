-- Questions the store asks often. They hold no data: a migration simply makes them anew from this file.

-- The 部局 and the 課 of who answers.
CREATE OR REPLACE MACRO department_of(respondent) AS split_part(respondent, '/', 1);
CREATE OR REPLACE MACRO division_of(respondent) AS split_part(respondent, '/', 2);

-- Returns with their state at a moment: discarded, sent, passed on to the 主管課, replaced by a later file, else draft.
-- A return lives where its plan, round and respondent are the same; the department's own has no 課. What was sent or
-- passed on stays so beside a newer draft.
CREATE OR REPLACE MACRO submissions_at(wanted_plan, moment) AS TABLE
WITH sent AS (
    SELECT subject, min(seq) AS sent_seq, min(done_at) AS sent_at, arg_min(who, seq) AS sent_by,
        arg_min(json_extract_string(payload, '$.settled_on'), seq) AS settled_on
    FROM decisions WHERE kind = 'send' AND done_at <= moment GROUP BY subject),
passed AS (
    SELECT subject, min(done_at) AS passed_at, arg_min(who, seq) AS passed_by
    FROM decisions WHERE kind = 'pass_on' AND done_at <= moment GROUP BY subject),
gone AS (SELECT DISTINCT subject FROM decisions WHERE kind = 'discard' AND done_at <= moment),
known AS (
    SELECT s.*, department_of(s.respondent_id) AS department_id, division_of(s.respondent_id) AS division_id, sent_seq, sent_at, coalesce(sent_by, '') AS sent_by, try_cast(settled_on AS DATE) AS settled_on,
        passed_at, coalesce(passed_by, '') AS passed_by, gone.subject IS NOT NULL AS discarded
    FROM submissions s LEFT JOIN sent ON sent.subject = s.submission_id
    LEFT JOIN passed ON passed.subject = s.submission_id
    LEFT JOIN gone ON gone.subject = s.submission_id
    WHERE s.plan_id = wanted_plan AND s.saved_at <= moment),
ranked AS (
    SELECT *, max(CASE WHEN discarded THEN 0 ELSE seq END)
        OVER (PARTITION BY round_id, respondent_id) AS newest
    FROM known)
SELECT * EXCLUDE (discarded, newest),
    CASE WHEN discarded THEN 'discarded' WHEN sent_seq IS NOT NULL THEN 'sent' WHEN passed_at IS NOT NULL THEN 'passed'
         WHEN newest > seq THEN 'replaced' ELSE 'draft' END AS state
FROM ranked;

-- Questions and faults nobody has answered. A mend of the very cell answers both; a reason why there is no value
-- answers whatever was asked about the value.
CREATE OR REPLACE MACRO open_issues(moment) AS TABLE
SELECT i.* FROM issues i
WHERE i.severity IN ('fix', 'ask') AND NOT EXISTS (
    SELECT 1 FROM mends m
    WHERE m.submission_id = i.submission_id AND m.subject_id = i.subject_id
      AND m.done_at <= moment AND m.batch > i.after_seq
      AND CASE WHEN i.subject_id = ''
          -- A question about the whole file is answered under its code; a fault of the whole file only by a new file.
          THEN i.severity = 'ask' AND m.key = i.code
          ELSE m.key = i.key OR (m.key = 'missing_reason' AND m.text IS NOT NULL
               AND i.key IN ('value', 'numerator', 'denominator', 'period', 'release')) END);

-- Within one round and department the newest sent return counts, indicator by indicator. A 課's return is never sent
-- itself: it has no observations.
CREATE OR REPLACE MACRO observations_at(wanted_plan, moment) AS TABLE
SELECT * FROM observations WHERE plan_id = wanted_plan AND known_at <= moment
QUALIFY seq = max(seq) OVER (PARTITION BY indicator_id, round_id, department_id);
