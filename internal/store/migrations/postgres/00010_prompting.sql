-- +goose Up

ALTER TABLE agent ADD COLUMN reply_language TEXT COLLATE "C" NOT NULL DEFAULT 'agent';

-- What stands for the beginning of a conversation that has outgrown what a model is told in full.
CREATE TABLE conversation_summary (
    conversation_id TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    team_id         TEXT   COLLATE "C" NOT NULL,
    agent_id        TEXT   COLLATE "C" NOT NULL,
    to_seq          BIGINT NOT NULL,
    text            TEXT   COLLATE "C" NOT NULL
);
CREATE INDEX conversation_summary_agent ON conversation_summary (agent_id);
