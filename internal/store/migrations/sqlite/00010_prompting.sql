-- +goose Up

ALTER TABLE agent ADD COLUMN reply_language TEXT NOT NULL DEFAULT 'agent';

-- What stands for the beginning of a conversation that has outgrown what a model is told in full.
CREATE TABLE conversation_summary (
    conversation_id TEXT   NOT NULL PRIMARY KEY,
    team_id         TEXT   NOT NULL,
    agent_id        TEXT   NOT NULL,
    to_seq          BIGINT NOT NULL,
    text            TEXT   NOT NULL
);
CREATE INDEX conversation_summary_agent ON conversation_summary (agent_id);
