-- Questions the store asks often. They hold no data: a migration simply makes them anew from this file.

-- The 部局 of who answers.
CREATE OR REPLACE MACRO department_of(respondent) AS split_part(respondent, '/', 1);

-- Within one round and department the newest sent return counts, indicator by indicator. A 課's return is never sent
-- itself: it has no observations.
CREATE OR REPLACE MACRO observations_at(wanted_plan, moment) AS TABLE
SELECT * FROM observations WHERE plan_id = wanted_plan AND known_at <= moment
    AND submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'drop_list' AND done_at <= moment)
QUALIFY seq = max(seq) OVER (PARTITION BY indicator_id, round_id, department_id);
