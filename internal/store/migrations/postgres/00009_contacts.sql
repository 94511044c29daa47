-- +goose Up

-- A contact is named by its conversation. tagged holds the folded tags, each between two ends of a field.
CREATE TABLE contact (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id     TEXT COLLATE "C" NOT NULL,
    agent_id    TEXT COLLATE "C" NOT NULL,
    channel     TEXT COLLATE "C" NOT NULL,
    test        BOOLEAN NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C",
    phone       TEXT COLLATE "C",
    language    TEXT COLLATE "C",
    fields      TEXT COLLATE "C" NOT NULL,
    tags        TEXT COLLATE "C" NOT NULL,
    notes       TEXT COLLATE "C",
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    tagged      TEXT COLLATE "C" NOT NULL,
    search      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX contact_agent ON contact (agent_id, team_id, created_at, id);
ALTER TABLE conversation ADD COLUMN has_contact BOOLEAN NOT NULL DEFAULT FALSE;
