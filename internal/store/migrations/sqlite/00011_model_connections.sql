-- +goose Up

-- sealed_key begins with the id of the master key under which it is sealed. A price is in millionths of the
-- currency for a million tokens; without a currency there is none.
CREATE TABLE model_connection (
    id           TEXT NOT NULL PRIMARY KEY,
    team_id      TEXT NOT NULL,
    name         TEXT NOT NULL,
    provider     TEXT NOT NULL,
    base_url     TEXT,
    model        TEXT NOT NULL,
    sealed_key   BLOB,
    key_hint     TEXT NOT NULL,
    currency     TEXT NOT NULL,
    price_prompt BIGINT NOT NULL,
    price_reply  BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    search       TEXT NOT NULL
);
CREATE INDEX model_connection_team ON model_connection (team_id, created_at, id);

-- The models that an agent asks, in order, each id between two spaces; empty: the server's own.
ALTER TABLE agent ADD COLUMN model_id TEXT;
ALTER TABLE agent ADD COLUMN fallback_ids TEXT NOT NULL DEFAULT '';
