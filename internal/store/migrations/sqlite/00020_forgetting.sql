-- +goose Up

-- For how many days a conversation is kept behind the last that happened in it; 0: for ever. A team that was
-- deleted has no name and no keys any more, and goes once nothing of a running server can touch it.
ALTER TABLE team ADD COLUMN retention_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE team ADD COLUMN deleted_at BIGINT;

-- Conversations that were removed while their agents live, until what hung below them is gone too.
CREATE TABLE gone_conversation (
    conversation_id TEXT   NOT NULL PRIMARY KEY,
    team_id         TEXT   NOT NULL,
    gone_at         BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX gone_conversation_team ON gone_conversation (team_id);
CREATE INDEX call_conversation ON call (conversation_id) WHERE conversation_id IS NOT NULL;
