-- +goose Up

-- What a turn did and with which keys it was opened and ended. The previous release leaves them as they are.
ALTER TABLE turn ADD COLUMN key_id TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE turn ADD COLUMN ended_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE turn ADD COLUMN record TEXT;

-- Turns are found by their conversation, and removed with it. Those of agents whose removal had begun are
-- removed here.
DELETE FROM turn WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = turn.conversation_id);
DROP INDEX turn_agent;
CREATE INDEX turn_conversation ON turn (conversation_id, created_at, id);

-- What was spent, counted by the transactions that end turns. day is in days since 1970, UTC; shard spreads
-- what one team spends over several rows, so that its turns do not wait for each other.
CREATE TABLE usage (
    team_id           TEXT COLLATE "C"   NOT NULL,
    day               BIGINT NOT NULL,
    agent_id          TEXT COLLATE "C"   NOT NULL,
    key_id            TEXT COLLATE "C"   NOT NULL,
    connection_id     TEXT COLLATE "C"   NOT NULL,
    provider          TEXT COLLATE "C"   NOT NULL,
    model             TEXT COLLATE "C"   NOT NULL,
    currency          TEXT COLLATE "C"   NOT NULL,
    shard             BIGINT NOT NULL,
    turns             BIGINT NOT NULL,
    asked             BIGINT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    estimated_tokens  BIGINT NOT NULL,
    cost_nanos        BIGINT NOT NULL,
    PRIMARY KEY (team_id, day, agent_id, key_id, connection_id, provider, model, currency, shard)
) WITH (fillfactor = 70);

-- Tokens that may be spent; 0: no bound.
ALTER TABLE agent ADD COLUMN tokens_per_turn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN tokens_per_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE team ADD COLUMN quota_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN tokens_per_day BIGINT NOT NULL DEFAULT 0;
