-- +goose Up

-- Messages lie in the order in which they came, not by conversation: the newest of many conversations
-- share pages, where each had pages of its own that a commit wrote for every message.
CREATE TABLE message_row (
    conversation_id TEXT    NOT NULL,
    seq             BIGINT  NOT NULL,
    id              TEXT    NOT NULL,
    team_id         TEXT    NOT NULL,
    created_at      BIGINT  NOT NULL,
    role            TEXT    NOT NULL,
    author          TEXT    NOT NULL,
    partial         BOOLEAN NOT NULL,
    turn_id         TEXT,
    attachments     TEXT,
    text            TEXT    NOT NULL,
    folded          TEXT,
    pos             BIGINT
);
INSERT INTO message_row (conversation_id, seq, id, team_id, created_at, role, author, partial, turn_id,
    attachments, text, folded, pos)
SELECT conversation_id, seq, id, team_id, created_at, role, author, partial, turn_id, attachments, text, folded, pos
FROM message ORDER BY id;
DROP TABLE message;
ALTER TABLE message_row RENAME TO message;
CREATE UNIQUE INDEX message_conversation ON message (conversation_id, seq);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE UNIQUE INDEX message_turn ON message (turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX message_pos ON message (team_id, pos);
