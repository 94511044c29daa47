-- +goose Up

CREATE TABLE phone_number (
    id         TEXT   NOT NULL PRIMARY KEY,
    team_id    TEXT   NOT NULL,
    e164       TEXT   NOT NULL,
    agent_id   TEXT,
    label      TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    search     TEXT   NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX phone_number_e164 ON phone_number (e164);
CREATE INDEX phone_number_team ON phone_number (team_id, created_at, id);
CREATE INDEX phone_number_agent ON phone_number (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE number_request (
    id               TEXT   NOT NULL PRIMARY KEY,
    team_id          TEXT   NOT NULL,
    status           TEXT   NOT NULL,
    status_reason    TEXT,
    business_name    TEXT   NOT NULL,
    intended_use     TEXT   NOT NULL,
    region           TEXT   NOT NULL,
    agent_count      BIGINT NOT NULL,
    outbound_minutes BIGINT NOT NULL,
    submitted_by     TEXT,
    number_id        TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    search           TEXT   NOT NULL
) WITHOUT ROWID;
CREATE INDEX number_request_team ON number_request (team_id, created_at, id);

CREATE TABLE call (
    id              TEXT    NOT NULL PRIMARY KEY,
    team_id         TEXT    NOT NULL,
    agent_id        TEXT    NOT NULL,
    source          TEXT,
    destination     TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    direction       TEXT    NOT NULL,
    test            BOOLEAN NOT NULL,
    error_reason    TEXT,
    end_reason      TEXT,
    created_on      BIGINT  NOT NULL,
    started_at      BIGINT,
    ringing_at      BIGINT,
    answered_at     BIGINT,
    ended_at        BIGINT,
    conversation_id TEXT,
    from_seq        BIGINT  NOT NULL,
    to_seq          BIGINT  NOT NULL,
    search          TEXT    NOT NULL
) WITHOUT ROWID;
-- With the team, so that counting an agent's calls and skipping some reads no rows.
CREATE INDEX call_agent ON call (agent_id, team_id, created_on, id);
