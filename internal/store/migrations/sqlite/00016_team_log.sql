-- +goose Up

-- Where a message stands in its team's log. There is one writer, so that what is greatest now is the newest.
ALTER TABLE message ADD COLUMN pos BIGINT;
UPDATE message SET pos = o.n FROM (
    SELECT m.id AS mid, row_number() OVER (PARTITION BY m.team_id ORDER BY m.created_at, m.conversation_id, m.seq) AS n
    FROM message m) o
WHERE message.id = o.mid;
CREATE INDEX message_pos ON message (team_id, pos);
