-- +goose Up

-- Where a message stands in its team's log. A sequence keeps nobody waiting, and by the column's default an
-- older server takes places too. Places rise within a conversation, since its row is held.
ALTER TABLE message ADD COLUMN pos BIGINT;
UPDATE message SET pos = o.n FROM (
    SELECT m.id AS mid, row_number() OVER (ORDER BY m.created_at, m.conversation_id, m.seq) AS n
    FROM message m) o
WHERE message.id = o.mid;
CREATE SEQUENCE message_place;
SELECT setval('message_place', (SELECT coalesce(max(pos), 0) + 1 FROM message), false);
ALTER TABLE message ALTER COLUMN pos SET DEFAULT nextval('message_place');
CREATE INDEX message_pos ON message (team_id, pos);
