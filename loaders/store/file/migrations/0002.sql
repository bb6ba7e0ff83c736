-- From version 1 to 2: the round with its 課, checking, proposals, 公表区分, people, and a log that is chained.
-- The chain itself is computed by loaders/store/migrate.py, and the macros are made anew from macros.sql.

CREATE SEQUENCE question_seq;
CREATE SEQUENCE proposal_seq;

ALTER TABLE plans ADD COLUMN origin VARCHAR NOT NULL DEFAULT 'plan';
ALTER TABLE departments ADD COLUMN origin VARCHAR NOT NULL DEFAULT 'plan';
ALTER TABLE rounds ADD COLUMN origin VARCHAR NOT NULL DEFAULT 'plan';
ALTER TABLE submissions ADD COLUMN division_id VARCHAR NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN on_behalf BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE submissions ADD COLUMN joined_from VARCHAR NOT NULL DEFAULT '[]';
ALTER TABLE entries ADD COLUMN source_id VARCHAR NOT NULL DEFAULT '';

-- Its rows come back with their places in the chain.
CREATE TEMP TABLE old_decisions AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    seq BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, plan_id VARCHAR NOT NULL, subject VARCHAR NOT NULL,
    who VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, reason VARCHAR NOT NULL, payload VARCHAR NOT NULL,
    sample BOOLEAN NOT NULL, role VARCHAR NOT NULL DEFAULT '', previous VARCHAR NOT NULL DEFAULT '',
    hash VARCHAR NOT NULL DEFAULT '');

CREATE TABLE confirmations (
    seq BIGINT NOT NULL, submission_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL,
    sample BOOLEAN NOT NULL);
CREATE TABLE questions (
    question_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, round_id VARCHAR NOT NULL,
    department_id VARCHAR NOT NULL, submission_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL, key VARCHAR NOT NULL,
    text VARCHAR NOT NULL, who VARCHAR NOT NULL, asked_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
CREATE TABLE proposals (
    proposal_id VARCHAR PRIMARY KEY, seq BIGINT NOT NULL, plan_id VARCHAR NOT NULL, indicator_id VARCHAR NOT NULL,
    document VARCHAR NOT NULL, reason VARCHAR NOT NULL, origin VARCHAR NOT NULL, submission_id VARCHAR NOT NULL,
    who VARCHAR NOT NULL, proposed_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
CREATE TABLE publications (
    seq BIGINT NOT NULL, code VARCHAR NOT NULL, publication VARCHAR NOT NULL, released_at TIMESTAMP,
    done_at TIMESTAMP NOT NULL, sample BOOLEAN NOT NULL);
CREATE TABLE memberships (
    seq BIGINT NOT NULL, rule_id VARCHAR NOT NULL, claim VARCHAR NOT NULL, pattern VARCHAR NOT NULL,
    role VARCHAR NOT NULL, departments VARCHAR NOT NULL, divisions VARCHAR NOT NULL, removed BOOLEAN NOT NULL,
    done_at TIMESTAMP NOT NULL);
CREATE TABLE revocations (session_id VARCHAR PRIMARY KEY, done_at TIMESTAMP NOT NULL);
