-- +goose Up

-- The conversations in which a human is needed, for the e-mail that says so. As with pages the row is the
-- queue: due_at stays while the mail is being sent, and is NULL once there is nothing more to do.
CREATE TABLE alert (
    conversation_id TEXT   NOT NULL PRIMARY KEY,
    team_id         TEXT   NOT NULL,
    agent_id        TEXT   NOT NULL,
    why             TEXT   NOT NULL,
    raised_at       BIGINT NOT NULL,
    due_at          BIGINT,
    mail_id         TEXT   NOT NULL,
    node_id         TEXT   NOT NULL,
    tries           BIGINT NOT NULL,
    sent_at         BIGINT
);
CREATE INDEX alert_due ON alert (due_at, conversation_id) WHERE due_at IS NOT NULL;
CREATE INDEX alert_agent ON alert (agent_id, sent_at);
CREATE INDEX alert_raised ON alert (raised_at);
