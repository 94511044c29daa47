-- +goose Up

-- sealed_key begins with the id of the master key under which it is sealed. A price is in millionths of the
-- currency for a million tokens; without a currency there is none.
CREATE TABLE model_connection (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id      TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    provider     TEXT COLLATE "C" NOT NULL,
    base_url     TEXT COLLATE "C",
    model        TEXT COLLATE "C" NOT NULL,
    sealed_key   BYTEA,
    key_hint     TEXT COLLATE "C" NOT NULL,
    currency     TEXT COLLATE "C" NOT NULL,
    price_prompt BIGINT NOT NULL,
    price_reply  BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    search       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX model_connection_team ON model_connection (team_id, created_at, id);

-- The models that an agent asks, in order, each id between two spaces; empty: the server's own.
ALTER TABLE agent ADD COLUMN model_id TEXT COLLATE "C";
ALTER TABLE agent ADD COLUMN fallback_ids TEXT COLLATE "C" NOT NULL DEFAULT '';
