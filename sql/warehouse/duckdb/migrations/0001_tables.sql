-- The canonical model, format 1. src/store/canon.c says what every column means.
--
-- Facts have no PRIMARY KEY, UNIQUE or index: uniqueness is made at load. Money is millionths of
-- `currency`. Times are UTC. Nothing is updated or deleted: a load may replace an earlier one, a row
-- may be superseded, and the views of the next file show what counts.

-- --- facts ---

-- one row is: something somebody did or saw
CREATE TABLE event (
    event_id               VARCHAR NOT NULL,
    occurred_at            TIMESTAMP NOT NULL,
    received_at            TIMESTAMP,
    identifier_id          BIGINT,
    kind                   VARCHAR,
    name                   VARCHAR NOT NULL,
    channel                VARCHAR,
    source                 VARCHAR,
    medium                 VARCHAR,
    campaign               VARCHAR,
    creative               VARCHAR,
    geo                    VARCHAR,
    value_micros           BIGINT,
    currency               VARCHAR,
    properties             VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: media bought on a day
CREATE TABLE spend (
    day                    DATE NOT NULL,
    geo                    VARCHAR NOT NULL,
    channel                VARCHAR NOT NULL,
    campaign               VARCHAR NOT NULL,
    creative               VARCHAR NOT NULL,
    cost_micros            BIGINT NOT NULL,
    currency               VARCHAR NOT NULL,
    impressions            BIGINT,
    clicks                 BIGINT,
    reach                  BIGINT,
    frequency              DOUBLE,
    claimed_conversions    DOUBLE,
    claimed_value_micros   BIGINT,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: money for or from a customer
CREATE TABLE txn (
    txn_id                 VARCHAR NOT NULL,
    order_id               VARCHAR,
    occurred_at            TIMESTAMP NOT NULL,
    identifier_id          BIGINT,
    kind                   VARCHAR,
    channel                VARCHAR,
    product                VARCHAR,
    quantity               BIGINT,
    gross_micros           BIGINT NOT NULL,
    discount_micros        BIGINT,
    tax_micros             BIGINT,
    shipping_micros        BIGINT,
    fees_micros            BIGINT,
    variable_cost_micros   BIGINT,
    currency               VARCHAR NOT NULL,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: one state of a contract
CREATE TABLE subscription (
    subscription_id        VARCHAR NOT NULL,
    valid_from             TIMESTAMP NOT NULL,
    valid_to               TIMESTAMP,
    identifier_id          BIGINT,
    account_id             VARCHAR,
    plan                   VARCHAR NOT NULL,
    seats                  BIGINT,
    term_months            BIGINT,
    mrr_micros             BIGINT NOT NULL,
    currency               VARCHAR NOT NULL,
    reason                 VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: one status of a lead
CREATE TABLE lead (
    lead_id                VARCHAR NOT NULL,
    status                 VARCHAR NOT NULL,
    changed_at             TIMESTAMP NOT NULL,
    created_at             TIMESTAMP,
    identifier_id          BIGINT,
    account_id             VARCHAR,
    source                 VARCHAR,
    channel                VARCHAR,
    campaign               VARCHAR,
    score                  DOUBLE,
    reason                 VARCHAR,
    owner                  VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a deal
CREATE TABLE opportunity (
    opportunity_id         VARCHAR NOT NULL,
    opened_at              TIMESTAMP NOT NULL,
    closed_at              TIMESTAMP,
    won                    BOOLEAN,
    identifier_id          BIGINT,
    account_id             VARCHAR,
    lead_id                VARCHAR,
    kind                   VARCHAR,
    product                VARCHAR,
    source                 VARCHAR,
    channel                VARCHAR,
    campaign               VARCHAR,
    owner                  VARCHAR,
    amount_micros          BIGINT,
    currency               VARCHAR NOT NULL,
    close_expected_on      DATE,
    loss_reason            VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: one change of a deal's stage
CREATE TABLE opportunity_stage (
    opportunity_id         VARCHAR NOT NULL,
    stage                  VARCHAR NOT NULL,
    entered_at             TIMESTAMP NOT NULL,
    stage_before           VARCHAR,
    win_probability        DOUBLE,
    amount_micros          BIGINT,
    currency               VARCHAR,
    reason                 VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: somebody's use of the product on a day
CREATE TABLE usage_day (
    day                    DATE NOT NULL,
    identifier_id          BIGINT NOT NULL,
    product                VARCHAR NOT NULL,
    feature                VARCHAR NOT NULL,
    account_id             VARCHAR,
    sessions               BIGINT,
    actions                BIGINT,
    active_seconds         BIGINT,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a support case
CREATE TABLE ticket (
    ticket_id              VARCHAR NOT NULL,
    opened_at              TIMESTAMP NOT NULL,
    answered_at            TIMESTAMP,
    closed_at              TIMESTAMP,
    identifier_id          BIGINT,
    account_id             VARCHAR,
    product                VARCHAR,
    topic                  VARCHAR,
    severity               VARCHAR,
    outcome                VARCHAR,
    satisfaction           DOUBLE,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: an answer to a survey, a field note, a reason for leaving
CREATE TABLE feedback (
    feedback_id            VARCHAR NOT NULL,
    given_at               TIMESTAMP NOT NULL,
    identifier_id          BIGINT,
    account_id             VARCHAR,
    kind                   VARCHAR NOT NULL,
    question               VARCHAR,
    score                  DOUBLE,
    theme                  VARCHAR,
    competitor             VARCHAR,
    product                VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: one decision somebody made about their data
CREATE TABLE consent (
    identifier_id          BIGINT NOT NULL,
    purpose                VARCHAR NOT NULL,
    decided_at             TIMESTAMP NOT NULL,
    status                 VARCHAR NOT NULL,
    basis                  VARCHAR NOT NULL,
    evidence               VARCHAR,
    place                  VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a quota or a KPI's target for a period
CREATE TABLE target (
    scope                  VARCHAR NOT NULL,
    kpi                    VARCHAR NOT NULL,
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    value_from             DOUBLE,
    value_to               DOUBLE NOT NULL,
    currency               VARCHAR,
    set_by                 VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: what marketing costs beside media: salaries, agencies, tools
CREATE TABLE cost (
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    kind                   VARCHAR NOT NULL,
    payee                  VARCHAR NOT NULL,
    vertical               VARCHAR NOT NULL,
    channel                VARCHAR NOT NULL,
    cost_micros            BIGINT NOT NULL,
    currency               VARCHAR NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: what the company's books say for a period and line
CREATE TABLE finance_close (
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    book_line              VARCHAR NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    amount_micros          BIGINT NOT NULL,
    currency               VARCHAR NOT NULL,
    dated_by               VARCHAR,
    audited                BOOLEAN,
    closed_at              TIMESTAMP,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: another driver of the business on a day
CREATE TABLE control_series (
    day                    DATE NOT NULL,
    series                 VARCHAR NOT NULL,
    geo                    VARCHAR NOT NULL,
    value                  DOUBLE NOT NULL,
    unit                   VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a measure of a brand on a day or in a wave
CREATE TABLE brand (
    day                    DATE NOT NULL,
    brand                  VARCHAR NOT NULL,
    measure                VARCHAR NOT NULL,
    geo                    VARCHAR NOT NULL,
    audience               VARCHAR NOT NULL,
    value                  DOUBLE NOT NULL,
    n_asked                BIGINT,
    provider               VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a feature planned or shipped
CREATE TABLE release (
    release_id             VARCHAR NOT NULL,
    name                   VARCHAR NOT NULL,
    product                VARCHAR,
    planned_on             DATE,
    shipped_on             DATE,
    status                 VARCHAR,
    promise                VARCHAR,
    owner                  VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: somebody who came because somebody else brought them
CREATE TABLE referral (
    referral_id            VARCHAR NOT NULL,
    occurred_at            TIMESTAMP NOT NULL,
    identifier_id          BIGINT NOT NULL,
    referrer_id            BIGINT NOT NULL,
    campaign               VARCHAR,
    reward_micros          BIGINT,
    currency               VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: one step of a piece of work
CREATE TABLE work_log (
    work_id                VARCHAR NOT NULL,
    step                   VARCHAR NOT NULL,
    process                VARCHAR NOT NULL,
    started_at             TIMESTAMP NOT NULL,
    ended_at               TIMESTAMP,
    hands_on_minutes       BIGINT,
    campaign               VARCHAR,
    outcome                VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: who, where or when was put in which arm
CREATE TABLE assignment (
    experiment_id          VARCHAR NOT NULL,
    unit                   VARCHAR NOT NULL,
    identifier_id          BIGINT,
    assigned_at            TIMESTAMP NOT NULL,
    arm                    VARCHAR NOT NULL,
    unit_kind              VARCHAR,
    stratum                VARCHAR,
    valid_from             TIMESTAMP,
    valid_to               TIMESTAMP,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: somebody in an experiment who saw it
CREATE TABLE exposure (
    experiment_id          VARCHAR NOT NULL,
    unit                   VARCHAR NOT NULL,
    identifier_id          BIGINT,
    exposed_at             TIMESTAMP NOT NULL,
    arm                    VARCHAR,
    channel                VARCHAR,
    campaign               VARCHAR,
    creative               VARCHAR,
    day                    DATE NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: what one unit of a currency was worth on a day
CREATE TABLE fx_rate (
    day                    DATE NOT NULL,
    currency               VARCHAR NOT NULL,
    rate_e9                BIGINT NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- --- names ---

-- one row is: a company we sell to
CREATE TABLE account (
    account_id             VARCHAR NOT NULL,
    name                   VARCHAR NOT NULL,
    parent_account_id      VARCHAR,
    domain                 VARCHAR,
    industry               VARCHAR,
    geo                    VARCHAR,
    employees              BIGINT,
    tier                   VARCHAR,
    owner                  VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a campaign under its governed name
CREATE TABLE campaign (
    campaign               VARCHAR NOT NULL,
    aliases                VARCHAR,
    channel                VARCHAR,
    owner                  VARCHAR,
    objective              VARCHAR,
    audience               VARCHAR,
    starts_on              DATE,
    ends_on                DATE,
    revenue_target_micros  BIGINT,
    currency               VARCHAR,
    offer                  VARCHAR,
    promise                VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a creative under its governed name
CREATE TABLE creative (
    creative               VARCHAR NOT NULL,
    aliases                VARCHAR,
    campaign               VARCHAR,
    form                   VARCHAR,
    language               VARCHAR,
    message                VARCHAR,
    promise                VARCHAR,
    owner                  VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a channel under its governed name
CREATE TABLE channel (
    channel                VARCHAR NOT NULL,
    aliases                VARCHAR,
    label                  VARCHAR,
    family                 VARCHAR,
    paid                   BOOLEAN,
    owner                  VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- one row is: a place under its governed name
CREATE TABLE geo (
    geo                    VARCHAR NOT NULL,
    aliases                VARCHAR,
    label                  VARCHAR,
    level                  VARCHAR,
    parent                 VARCHAR,
    population             BIGINT,
    owner                  VARCHAR,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL
);

-- --- bookkeeping ---

-- one row is: a cookie, customer number or address, and whose it is
CREATE TABLE identifier (
    identifier_id          BIGINT NOT NULL,
    source                 VARCHAR NOT NULL,
    kind                   VARCHAR NOT NULL,
    lookup                 BLOB NOT NULL,
    sealed                 BLOB,
    person_id              BIGINT,
    valid_from             TIMESTAMP NOT NULL,
    valid_to               TIMESTAMP,
    load_id                BIGINT NOT NULL
);

-- one row is: one state of a resolved human
CREATE TABLE person (
    person_id              BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL,
    account_id             VARCHAR,
    sealed                 BLOB,
    merged_into            BIGINT,
    run_id                 BIGINT NOT NULL
);

-- one row is: a file that became facts
CREATE TABLE load (
    load_id                BIGINT NOT NULL,
    source                 VARCHAR NOT NULL,
    table_name             VARCHAR NOT NULL,
    file                   VARCHAR NOT NULL,
    content_hash           VARCHAR NOT NULL,
    mapping_hash           VARCHAR NOT NULL,
    rows_read              BIGINT NOT NULL,
    rows_loaded            BIGINT NOT NULL,
    rows_quarantined       BIGINT NOT NULL,
    new_identifiers        BIGINT NOT NULL,
    known_at               TIMESTAMP NOT NULL,
    replaces_load_id       BIGINT,
    run_id                 BIGINT NOT NULL,
    day_first              DATE,
    day_last               DATE
);

-- one row is: what one run wrote to one table
CREATE TABLE output (
    run_id                 BIGINT NOT NULL,
    table_name             VARCHAR NOT NULL,
    rows_written           BIGINT NOT NULL,
    content_hash           VARCHAR NOT NULL,
    written_at             TIMESTAMP NOT NULL
);

-- one row is: a row of a file that did not become a fact, and why
CREATE TABLE quarantine (
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    column_name            VARCHAR,
    reason                 VARCHAR NOT NULL,
    raw                    BLOB,
    lost_to_load_id        BIGINT
);

-- one row is: a fact that a later row corrects
CREATE TABLE superseded (
    table_name             VARCHAR NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    by_load_id             BIGINT NOT NULL,
    superseded_at          TIMESTAMP NOT NULL
);

-- one row is: a local day and the instants between which it lies
CREATE TABLE calendar (
    day                    DATE NOT NULL,
    starts_at              TIMESTAMP NOT NULL,
    ends_at                TIMESTAMP NOT NULL
);

-- one row is: a note about the warehouse itself
CREATE TABLE meta (
    name                   VARCHAR NOT NULL,
    value                  VARCHAR NOT NULL
);

-- --- what pages read ---

-- one row is: a figure of a review
CREATE TABLE figure (
    run_id                 BIGINT NOT NULL,
    name                   VARCHAR NOT NULL,
    grain                  VARCHAR NOT NULL,
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    value                  DOUBLE,
    exact                  BIGINT,
    low                    DOUBLE,
    high                   DOUBLE,
    probability            DOUBLE,
    unit                   VARCHAR NOT NULL,
    kind                   VARCHAR NOT NULL,
    grade                  VARCHAR NOT NULL,
    verdict                VARCHAR NOT NULL,
    target                 DOUBLE,
    previous               DOUBLE
);

-- one row is: a channel's day in money
CREATE TABLE day_channel (
    run_id                 BIGINT NOT NULL,
    day                    DATE NOT NULL,
    channel                VARCHAR NOT NULL,
    orders                 BIGINT NOT NULL,
    revenue_micros         BIGINT NOT NULL,
    variable_cost_micros   BIGINT NOT NULL,
    media_micros           BIGINT NOT NULL
);

-- one row is: a segment's day in money
CREATE TABLE day_segment (
    run_id                 BIGINT NOT NULL,
    day                    DATE NOT NULL,
    segment                VARCHAR NOT NULL,
    orders                 BIGINT NOT NULL,
    customers              BIGINT NOT NULL,
    new_customers          BIGINT NOT NULL,
    revenue_micros         BIGINT NOT NULL,
    variable_cost_micros   BIGINT NOT NULL
);

-- one row is: one week in the life of a cohort of customers
CREATE TABLE cohort_week (
    run_id                 BIGINT NOT NULL,
    cohort_start           DATE NOT NULL,
    channel                VARCHAR NOT NULL,
    age_weeks              BIGINT NOT NULL,
    customers              BIGINT NOT NULL,
    active_customers       BIGINT NOT NULL,
    orders                 BIGINT NOT NULL,
    revenue_micros         BIGINT NOT NULL,
    variable_cost_micros   BIGINT NOT NULL,
    mature                 BOOLEAN NOT NULL
);

-- one row is: a way customers went, and how many went it
CREATE TABLE journey_path (
    run_id                 BIGINT NOT NULL,
    path_id                BIGINT NOT NULL,
    path                   VARCHAR NOT NULL,
    steps                  BIGINT NOT NULL,
    journeys               BIGINT NOT NULL,
    conversions            BIGINT NOT NULL,
    revenue_micros         BIGINT NOT NULL
);

-- --- what models wrote ---

-- one row is: what a model foretells for one customer
CREATE TABLE score (
    run_id                 BIGINT NOT NULL,
    name                   VARCHAR NOT NULL,
    subject_kind           VARCHAR NOT NULL,
    subject_id             BIGINT NOT NULL,
    as_of                  DATE NOT NULL,
    horizon_days           BIGINT NOT NULL,
    value                  DOUBLE,
    low                    DOUBLE,
    high                   DOUBLE,
    probability            DOUBLE,
    unit                   VARCHAR NOT NULL,
    verdict                VARCHAR NOT NULL
);

-- one row is: one customer in one segment
CREATE TABLE segment_member (
    run_id                 BIGINT NOT NULL,
    segment                VARCHAR NOT NULL,
    subject_kind           VARCHAR NOT NULL,
    subject_id             BIGINT NOT NULL,
    as_of                  DATE NOT NULL,
    share                  DOUBLE
);

-- one row is: a figure before its period
CREATE TABLE forecast (
    run_id                 BIGINT NOT NULL,
    name                   VARCHAR NOT NULL,
    as_of                  DATE NOT NULL,
    grain                  VARCHAR NOT NULL,
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    value                  DOUBLE,
    low                    DOUBLE,
    high                   DOUBLE,
    probability            DOUBLE,
    unit                   VARCHAR NOT NULL,
    verdict                VARCHAR NOT NULL
);

-- one row is: credit shared by a rule or a model; never an effect
CREATE TABLE credit (
    run_id                 BIGINT NOT NULL,
    name                   VARCHAR NOT NULL,
    outcome                VARCHAR NOT NULL,
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    value                  DOUBLE,
    low                    DOUBLE,
    high                   DOUBLE,
    probability            DOUBLE,
    unit                   VARCHAR NOT NULL,
    verdict                VARCHAR NOT NULL
);

-- one row is: what something caused, with its evidence
CREATE TABLE effect (
    run_id                 BIGINT NOT NULL,
    name                   VARCHAR NOT NULL,
    design                 VARCHAR NOT NULL,
    experiment_id          VARCHAR NOT NULL,
    period_start           DATE NOT NULL,
    period_end             DATE NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    grade                  VARCHAR NOT NULL,
    value                  DOUBLE,
    low                    DOUBLE,
    high                   DOUBLE,
    probability            DOUBLE,
    unit                   VARCHAR NOT NULL,
    verdict                VARCHAR NOT NULL
);
