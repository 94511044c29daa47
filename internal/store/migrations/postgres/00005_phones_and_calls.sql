-- +goose Up

CREATE TABLE phone_number (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id    TEXT COLLATE "C" NOT NULL,
    e164       TEXT COLLATE "C" NOT NULL,
    agent_id   TEXT COLLATE "C",
    label      TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    search     TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX phone_number_e164 ON phone_number (e164);
CREATE INDEX phone_number_team ON phone_number (team_id, created_at, id);
CREATE INDEX phone_number_agent ON phone_number (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE number_request (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id          TEXT COLLATE "C" NOT NULL,
    status           TEXT COLLATE "C" NOT NULL,
    status_reason    TEXT COLLATE "C",
    business_name    TEXT COLLATE "C" NOT NULL,
    intended_use     TEXT COLLATE "C" NOT NULL,
    region           TEXT COLLATE "C" NOT NULL,
    agent_count      BIGINT NOT NULL,
    outbound_minutes BIGINT NOT NULL,
    submitted_by     TEXT COLLATE "C",
    number_id        TEXT COLLATE "C",
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    search           TEXT COLLATE "C" NOT NULL
);
CREATE INDEX number_request_team ON number_request (team_id, created_at, id);

CREATE TABLE call (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id         TEXT COLLATE "C" NOT NULL,
    agent_id        TEXT COLLATE "C" NOT NULL,
    source          TEXT COLLATE "C",
    destination     TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    direction       TEXT COLLATE "C" NOT NULL,
    test            BOOLEAN NOT NULL,
    error_reason    TEXT COLLATE "C",
    end_reason      TEXT COLLATE "C",
    created_on      BIGINT  NOT NULL,
    started_at      BIGINT,
    ringing_at      BIGINT,
    answered_at     BIGINT,
    ended_at        BIGINT,
    conversation_id TEXT COLLATE "C",
    from_seq        BIGINT  NOT NULL,
    to_seq          BIGINT  NOT NULL,
    search          TEXT COLLATE "C" NOT NULL
);
-- With the team, so that counting an agent's calls and skipping some reads no rows.
CREATE INDEX call_agent ON call (agent_id, team_id, created_on, id);
