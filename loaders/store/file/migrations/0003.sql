-- From version 2 to 3: every transaction is sealed. What is there is sealed as one by loaders/store/migrate.py.

CREATE TABLE seals (
    number BIGINT NOT NULL, sample BOOLEAN NOT NULL, acts BIGINT NOT NULL, log VARCHAR NOT NULL,
    content VARCHAR NOT NULL, previous VARCHAR NOT NULL, hash VARCHAR NOT NULL, PRIMARY KEY (sample, number));
