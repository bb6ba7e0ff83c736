-- The store: one file that holds everything, the returned workbooks' bytes included.
-- Nothing here is updated or deleted by normal work; only removing the samples deletes rows.
-- References are checked by verify(), not by foreign keys: DuckDB's make deletes and later migrations needlessly hard.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One order for everything that happens, so that a rebuild can replay it.
CREATE SEQUENCE event_seq;
CREATE SEQUENCE submission_seq;
CREATE SEQUENCE observation_seq;
CREATE SEQUENCE question_seq;
CREATE SEQUENCE proposal_seq;

-- A plan file that changed adds versions (origin 'plan'), and so does a change made in the program (origin 'program').
-- `document` is JSON of the dataclass; a plan's own document leaves out departments, rounds and cards, which have
-- versions of their own.
CREATE TABLE plans (
    plan_id VARCHAR NOT NULL, version INTEGER NOT NULL, hash VARCHAR NOT NULL, document VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL, origin VARCHAR NOT NULL DEFAULT 'plan', PRIMARY KEY (plan_id, version));
CREATE TABLE departments (
    plan_id VARCHAR NOT NULL, department_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    hash VARCHAR NOT NULL, document VARCHAR NOT NULL, retired BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    origin VARCHAR NOT NULL DEFAULT 'plan', PRIMARY KEY (plan_id, department_id, version));
CREATE TABLE rounds (
    plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    hash VARCHAR NOT NULL, document VARCHAR NOT NULL, retired BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    origin VARCHAR NOT NULL DEFAULT 'plan', PRIMARY KEY (plan_id, round_id, version));
-- A card's version is either the whole card as the plan file (origin 'plan') or a revision (origin 'program') gives it, or
-- the attributes that a decision about a proposal set (origin 'decision'). The card in force is these folded in order.
CREATE TABLE cards (
    plan_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
    origin VARCHAR NOT NULL, hash VARCHAR NOT NULL, document VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    submission_id VARCHAR NOT NULL, retired BOOLEAN NOT NULL, sample BOOLEAN NOT NULL, recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (plan_id, indicator_id, version));

CREATE TABLE workbooks (
    sha256 VARCHAR PRIMARY KEY, filename VARCHAR NOT NULL, size BIGINT NOT NULL, data BLOB NOT NULL,
    sample BOOLEAN NOT NULL, stored_at TIMESTAMP NOT NULL);
-- `respondent_id`: who answers: a 部局 (`land`), or one of its 課 (`land/road`) that answers to its 主管課. `subject_id`:
-- what is answered about, an indicator or an initiative; empty where it is about the whole file. `joined_from`: the returns of
-- 課 that a department's return was joined from; it has no workbook of its own (sha256 empty), and each of its cells
-- tells in `source_id` which return it stands in. `on_behalf`: entered by the secretariat (代理登録).
CREATE TABLE submissions (
    submission_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL,
    respondent_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, filename VARCHAR NOT NULL, form_version VARCHAR NOT NULL,
    matched_by VARCHAR NOT NULL, sample BOOLEAN NOT NULL, saved_by VARCHAR NOT NULL, saved_at TIMESTAMP NOT NULL,
    on_behalf BOOLEAN NOT NULL DEFAULT false, joined_from VARCHAR NOT NULL DEFAULT '[]');
CREATE TABLE entries (
    submission_id VARCHAR NOT NULL, subject_id VARCHAR NOT NULL, position INTEGER NOT NULL, key VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL, cell VARCHAR NOT NULL, written VARCHAR NOT NULL, number DOUBLE, text VARCHAR,
    source_id VARCHAR NOT NULL DEFAULT '');
-- `after_seq`: 0 for what the reading found, else the mend whose new value raised it.
CREATE TABLE issues (
    submission_id VARCHAR NOT NULL, position INTEGER NOT NULL, after_seq BIGINT NOT NULL, code VARCHAR NOT NULL,
    severity VARCHAR NOT NULL, message VARCHAR NOT NULL, advice VARCHAR NOT NULL, sheet VARCHAR NOT NULL,
    cell VARCHAR NOT NULL, value VARCHAR NOT NULL, subject_id VARCHAR NOT NULL, key VARCHAR NOT NULL,
    choices VARCHAR NOT NULL);
CREATE TABLE mends (
    seq BIGINT NOT NULL, batch BIGINT NOT NULL, submission_id VARCHAR NOT NULL, subject_id VARCHAR NOT NULL,
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
    correction_kind VARCHAR NOT NULL, sample BOOLEAN NOT NULL, verification VARCHAR NOT NULL DEFAULT '',
    limits VARCHAR NOT NULL DEFAULT '', after_target VARCHAR NOT NULL DEFAULT '');
-- What a sent return says of an initiative for one half-year. Append only; `said` is JSON by the form's columns, `code`
-- is of the same numbers as those of observations.
CREATE TABLE reviews (
    review_id BIGINT PRIMARY KEY, code VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, initiative_id VARCHAR NOT NULL,
    period VARCHAR NOT NULL, known_at TIMESTAMP NOT NULL, seq BIGINT NOT NULL, round_id VARCHAR NOT NULL,
    department_id VARCHAR NOT NULL, submission_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, sheet VARCHAR NOT NULL,
    cell VARCHAR NOT NULL, said VARCHAR NOT NULL, sample BOOLEAN NOT NULL);
-- What the secretariat has checked: one row for each indicator of a sent return (確認済).
CREATE TABLE confirmations (
    seq BIGINT NOT NULL, submission_id VARCHAR NOT NULL, subject_id VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL,
    sample BOOLEAN NOT NULL);
-- What the secretariat asks about a cell of a sent return (修正依頼).
-- The answer is the next sent return of the same round and department.
CREATE TABLE questions (
    question_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL,
    respondent_id VARCHAR NOT NULL, submission_id VARCHAR NOT NULL, subject_id VARCHAR NOT NULL, key VARCHAR NOT NULL,
    text VARCHAR NOT NULL, who VARCHAR NOT NULL, asked_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
-- Changes of cards before they are decided. `origin` 'staff' or 'return'. Decided by an event of kind accept_card or
-- reject_card whose subject is the proposal.
CREATE TABLE proposals (
    proposal_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL,
    document VARCHAR NOT NULL, reason VARCHAR NOT NULL, origin VARCHAR NOT NULL, submission_id VARCHAR NOT NULL,
    who VARCHAR NOT NULL, proposed_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
-- 公表区分 of a figure by its short number; the newest row counts, none means the plan's own default.
CREATE TABLE publications (
    seq BIGINT NOT NULL, code VARCHAR NOT NULL, publication VARCHAR NOT NULL, released_at TIMESTAMP,
    done_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
-- Which claim of a signed-in person gives which role in which plan (empty: in every plan, which no 部局担当 is); the
-- newest row of a rule counts.
CREATE TABLE memberships (
    seq BIGINT NOT NULL, rule_id VARCHAR NOT NULL, claim VARCHAR NOT NULL, pattern VARCHAR NOT NULL,
    role VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, departments VARCHAR NOT NULL, divisions VARCHAR NOT NULL, removed BOOLEAN NOT NULL,
    done_at TIMESTAMP NOT NULL);
-- Sign-ins that were ended: no copy of their cookie is accepted any more.
CREATE TABLE revocations (session_id VARCHAR PRIMARY KEY, done_at TIMESTAMP NOT NULL);
-- The log. Append only: every act, what it was done to, by whom, when, why, and in `payload` what was before and after.
-- `hash` is made from the row and the hash of the row before it (`previous`), so that a changed or missing row shows.
-- Samples have a chain of their own and leave together. A decision about a plan as a whole has an empty subject.
CREATE TABLE decisions (
    seq BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, subject VARCHAR NOT NULL,
    who VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, reason VARCHAR NOT NULL, payload VARCHAR NOT NULL,
    sample BOOLEAN NOT NULL, role VARCHAR NOT NULL DEFAULT '', previous VARCHAR NOT NULL DEFAULT '',
    hash VARCHAR NOT NULL DEFAULT '');
-- Each transaction closes with a digest of every row it brought: `content` is JSON, by table how many rows and their
-- digest, `acts` and `log` the log's end after it. Chained by hash, samples apart; see loaders/store/audit/seals.py.
CREATE TABLE seals (
    number BIGINT NOT NULL, sample BOOLEAN NOT NULL, acts BIGINT NOT NULL, log VARCHAR NOT NULL,
    content VARCHAR NOT NULL, previous VARCHAR NOT NULL, hash VARCHAR NOT NULL, PRIMARY KEY (sample, number));

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
