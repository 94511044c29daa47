-- +goose Up

ALTER TABLE conversation ADD COLUMN assignee TEXT COLLATE "C";
ALTER TABLE conversation ADD COLUMN resolved_at BIGINT;

-- With resolved_at, so that the open ones are found without a look at each row.
DROP INDEX conversation_recent;
CREATE INDEX conversation_recent ON conversation (agent_id, needs_attention, last_message_at, id, resolved_at);
DROP INDEX conversation_latest;
CREATE INDEX conversation_latest ON conversation (agent_id, last_message_at, id, resolved_at);
CREATE INDEX conversation_resolved ON conversation (agent_id, last_message_at, id) WHERE resolved_at IS NOT NULL;
CREATE INDEX conversation_assignee ON conversation (team_id, assignee, last_message_at, id, agent_id, resolved_at)
    WHERE assignee IS NOT NULL;

-- The lists across agents. Those with a condition cost an ordinary message nothing.
CREATE INDEX conversation_team ON conversation (team_id, last_message_at, id, agent_id, resolved_at);
CREATE INDEX conversation_team_created ON conversation (team_id, created_at, id, agent_id);
CREATE INDEX conversation_team_attention ON conversation (team_id, last_message_at, id, agent_id) WHERE needs_attention;
CREATE INDEX conversation_team_paused ON conversation (team_id, last_message_at, id, agent_id) WHERE paused;

-- How many conversations of each kind are resolved, kept as conversation_count is.
CREATE TABLE resolved_count (
    agent_id        TEXT COLLATE "C" NOT NULL,
    channel         TEXT COLLATE "C" NOT NULL,
    test            BOOLEAN NOT NULL,
    paused          BOOLEAN NOT NULL,
    needs_attention BOOLEAN NOT NULL,
    team_id         TEXT COLLATE "C" NOT NULL,
    n               BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, channel, test, paused, needs_attention)
);

CREATE TABLE note (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id         TEXT COLLATE "C" NOT NULL,
    agent_id        TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    key_id          TEXT COLLATE "C" NOT NULL,
    author          TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    text            TEXT COLLATE "C" NOT NULL,
    search          TEXT COLLATE "C" NOT NULL
);
CREATE INDEX note_conversation ON note (conversation_id, created_at, id);
CREATE INDEX note_agent ON note (agent_id);
