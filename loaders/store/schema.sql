-- The store: one file that holds everything, the returned workbooks' bytes included.
-- Nothing here is updated or deleted by normal work; only removing the samples deletes rows.
-- References are checked by verify(), not by foreign keys: DuckDB's make deletes and later migrations needlessly hard.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One order for everything that happens, so that a rebuild can replay it.
CREATE SEQUENCE event_seq;
CREATE SEQUENCE submission_seq;
CREATE SEQUENCE observation_seq;

-- A plan file that changed adds versions. `document` is JSON of the dataclass; a plan's own document leaves out
-- departments, rounds and cards, which have versions of their own.
CREATE TABLE plans (
    plan_id VARCHAR NOT NULL, version INTEGER NOT NULL, hash VARCHAR NOT NULL, document VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL, PRIMARY KEY (plan_id, version));
CREATE TABLE departments (
    plan_id VARCHAR NOT NULL, department_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    hash VARCHAR NOT NULL, document VARCHAR NOT NULL, retired BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (plan_id, department_id, version));
CREATE TABLE rounds (
    plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    hash VARCHAR NOT NULL, document VARCHAR NOT NULL, retired BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (plan_id, round_id, version));
-- A card's version is either the whole card as the plan file gives it (origin 'plan') or the attributes that a sent
-- return set where the file leaves them 未設定 (origin 'return'). The card in force is these folded in order.
CREATE TABLE cards (
    plan_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    origin VARCHAR NOT NULL, hash VARCHAR NOT NULL, document VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    submission_id VARCHAR NOT NULL, retired BOOLEAN NOT NULL, sample BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (plan_id, indicator_id, version));

CREATE TABLE workbooks (
    sha256 VARCHAR PRIMARY KEY, filename VARCHAR NOT NULL, size BIGINT NOT NULL, data BLOB NOT NULL,
    sample BOOLEAN NOT NULL, stored_at TIMESTAMP NOT NULL);
CREATE TABLE submissions (
    submission_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL,
    department_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, filename VARCHAR NOT NULL, form_version VARCHAR NOT NULL,
    matched_by VARCHAR NOT NULL, sample BOOLEAN NOT NULL, saved_by VARCHAR NOT NULL, saved_at TIMESTAMP NOT NULL);
CREATE TABLE entries (
    submission_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, position INTEGER NOT NULL, key VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL, cell VARCHAR NOT NULL, written VARCHAR NOT NULL, number DOUBLE, text VARCHAR);
-- `after_seq`: 0 for what the reading found, else the mend whose new value raised it.
CREATE TABLE issues (
    submission_id VARCHAR NOT NULL, position INTEGER NOT NULL, after_seq BIGINT NOT NULL, code VARCHAR NOT NULL,
    severity VARCHAR NOT NULL, message VARCHAR NOT NULL, advice VARCHAR NOT NULL, sheet VARCHAR NOT NULL,
    cell VARCHAR NOT NULL, value VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, key VARCHAR NOT NULL,
    choices VARCHAR NOT NULL);
CREATE TABLE mends (
    seq BIGINT NOT NULL, batch BIGINT NOT NULL, submission_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL, number DOUBLE, text VARCHAR, reason VARCHAR NOT NULL, who VARCHAR NOT NULL,
    done_at TIMESTAMP NOT NULL);

-- Append only. `key` is the form's column the value came from, `origin` 'cell' or 'mend' (typed on the page).
CREATE TABLE observations (
    observation_id BIGINT PRIMARY KEY, code VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL,
    period VARCHAR NOT NULL, position DOUBLE NOT NULL, value DOUBLE, release VARCHAR NOT NULL, state VARCHAR NOT NULL,
    known_at TIMESTAMP NOT NULL, seq BIGINT NOT NULL, round_id VARCHAR NOT NULL, department_id VARCHAR NOT NULL,
    submission_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, sheet VARCHAR NOT NULL, cell VARCHAR NOT NULL,
    written VARCHAR NOT NULL, key VARCHAR NOT NULL, origin VARCHAR NOT NULL, next_release VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL, analysis VARCHAR NOT NULL, actions VARCHAR NOT NULL, section VARCHAR NOT NULL,
    correction_kind VARCHAR NOT NULL, sample BOOLEAN NOT NULL);
-- Append only: what was done to what, by whom, when, why. Kinds so far: send, discard; confirm is
-- read already. A decision about a plan as a whole (start_empty) has an empty subject.
CREATE TABLE decisions (
    seq BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, subject VARCHAR NOT NULL,
    who VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, reason VARCHAR NOT NULL, payload VARCHAR NOT NULL,
    sample BOOLEAN NOT NULL);

-- Published figures. A changed set of files is a new batch; the newest batch known at a moment is shown.
CREATE TABLE benchmark_batches (batch INTEGER PRIMARY KEY, hash VARCHAR NOT NULL, recorded_at TIMESTAMP NOT NULL);
CREATE TABLE series (
    batch INTEGER NOT NULL, series_id VARCHAR, name VARCHAR, topic VARCHAR, definition VARCHAR, unit VARCHAR,
    decimals INTEGER, direction VARCHAR, source_title VARCHAR, small_sample VARCHAR, note VARCHAR, pair BOOLEAN);
CREATE TABLE series_values (
    batch INTEGER NOT NULL, series_id VARCHAR, area_code VARCHAR, area VARCHAR, period VARCHAR, position DOUBLE,
    value DOUBLE, release VARCHAR, vintage VARCHAR, source_title VARCHAR, source VARCHAR, confidence VARCHAR,
    note VARCHAR);
CREATE TABLE series_breaks (batch INTEGER NOT NULL, series_id VARCHAR, period VARCHAR, reason VARCHAR);

-- Returns with their state at a moment: sent, discarded, replaced by a later file, else draft.
CREATE MACRO submissions_at(wanted_plan, moment) AS TABLE
WITH sent AS (
    SELECT subject, min(seq) AS sent_seq, min(done_at) AS sent_at, arg_min(who, seq) AS sent_by
    FROM decisions WHERE kind = 'send' AND done_at <= moment GROUP BY subject),
gone AS (SELECT DISTINCT subject FROM decisions WHERE kind = 'discard' AND done_at <= moment),
known AS (
    SELECT s.*, sent_seq, sent_at, coalesce(sent_by, '') AS sent_by, gone.subject IS NOT NULL AS discarded
    FROM submissions s LEFT JOIN sent ON sent.subject = s.submission_id
    LEFT JOIN gone ON gone.subject = s.submission_id
    WHERE s.plan_id = wanted_plan AND s.saved_at <= moment),
ranked AS (
    SELECT *, max(CASE WHEN discarded THEN 0 ELSE seq END) OVER (PARTITION BY round_id, department_id) AS newest
    FROM known)
SELECT * EXCLUDE (discarded, newest),
    CASE WHEN discarded THEN 'discarded' WHEN sent_seq IS NOT NULL THEN 'sent'
         WHEN newest > seq THEN 'replaced' ELSE 'draft' END AS state
FROM ranked;

-- Questions and faults nobody has answered. A mend of the very cell answers both; a reason why there is no value
-- answers whatever was asked about the value.
CREATE MACRO open_issues(moment) AS TABLE
SELECT i.* FROM issues i
WHERE i.severity IN ('fix', 'ask') AND NOT EXISTS (
    SELECT 1 FROM mends m
    WHERE m.submission_id = i.submission_id AND m.indicator_id = i.indicator_id
      AND m.done_at <= moment AND m.batch > i.after_seq
      AND CASE WHEN i.indicator_id = ''
          -- A question about the whole file is answered under its code; a fault of the whole file only by a new file.
          THEN i.severity = 'ask' AND m.key = i.code
          ELSE m.key = i.key OR (m.key = 'missing_reason' AND m.text IS NOT NULL
               AND i.key IN ('value', 'numerator', 'denominator', 'period', 'release')) END);

-- Within one round and department the newest sent return counts, indicator by indicator.
CREATE MACRO observations_at(wanted_plan, moment) AS TABLE
SELECT * FROM observations WHERE plan_id = wanted_plan AND known_at <= moment
QUALIFY seq = max(seq) OVER (PARTITION BY indicator_id, round_id, department_id);
