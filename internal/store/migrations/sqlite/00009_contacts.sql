-- +goose Up

-- A contact is named by its conversation. tagged holds the folded tags, each between two ends of a field.
CREATE TABLE contact (
    id          TEXT    NOT NULL PRIMARY KEY,
    team_id     TEXT    NOT NULL,
    agent_id    TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    test        BOOLEAN NOT NULL,
    customer_id TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    email       TEXT,
    phone       TEXT,
    language    TEXT,
    fields      TEXT    NOT NULL,
    tags        TEXT    NOT NULL,
    notes       TEXT,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    tagged      TEXT    NOT NULL,
    search      TEXT    NOT NULL
);
CREATE INDEX contact_agent ON contact (agent_id, team_id, created_at, id);
ALTER TABLE conversation ADD COLUMN has_contact BOOLEAN NOT NULL DEFAULT FALSE;
