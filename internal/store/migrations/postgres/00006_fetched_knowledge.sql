-- +goose Up

-- A row says by itself what is to be done: fetch_due is when it may be taken, and stays while it is being
-- fetched, so that the one index finds both what waits and what a node that is gone has left.
ALTER TABLE knowledge_base ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT 'ready';
ALTER TABLE knowledge_base ADD COLUMN problem TEXT COLLATE "C";
ALTER TABLE knowledge_base ADD COLUMN fetched_at BIGINT;
ALTER TABLE knowledge_base ADD COLUMN fetch_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE knowledge_base ADD COLUMN fetch_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE knowledge_base ADD COLUMN fetch_due BIGINT;
ALTER TABLE knowledge_base ADD COLUMN fetch_node TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX knowledge_base_fetch ON knowledge_base (fetch_due, id) WHERE fetch_due IS NOT NULL;
