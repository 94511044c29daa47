-- +goose Up

-- Where messages stood that were removed with their conversation, for a day: so that whoever was told of one
-- last can go on behind it. The team's greatest place stays as long as it is one, so that none is given twice.
CREATE TABLE gone_message (
    message_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id    TEXT COLLATE "C" NOT NULL,
    pos        BIGINT NOT NULL,
    said_at    BIGINT NOT NULL,
    gone_at    BIGINT NOT NULL
);
CREATE INDEX gone_message_pos ON gone_message (team_id, pos);
CREATE INDEX gone_message_age ON gone_message (gone_at);
