-- Findings of the data audit, format 3.

-- one row is: something that is wrong with the data
CREATE TABLE finding (
    run_id                 BIGINT NOT NULL,
    finding_id             BIGINT NOT NULL,
    check_name             VARCHAR NOT NULL,
    severity               VARCHAR NOT NULL,
    source                 VARCHAR NOT NULL,
    subject_table          VARCHAR NOT NULL,
    field                  VARCHAR NOT NULL,
    title                  VARCHAR NOT NULL,
    detail                 VARCHAR NOT NULL,
    day_first              DATE,
    day_last               DATE,
    n_rows                 BIGINT NOT NULL,
    value_micros           BIGINT,
    effect                 VARCHAR NOT NULL,
    advice                 VARCHAR NOT NULL,
    owner                  VARCHAR NOT NULL
);
