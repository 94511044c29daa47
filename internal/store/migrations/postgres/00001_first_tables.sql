-- +goose Up

-- What the database says of itself: minimum_writer is the oldest schema whose binary may write here.
CREATE TABLE meta (
    key   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
INSERT INTO meta (key, value) VALUES ('minimum_writer', '1');

CREATE TABLE team (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL,
    quota_agents  BIGINT NOT NULL,
    quota_streams BIGINT NOT NULL,
    quota_rate    BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX team_name ON team (name);

CREATE TABLE api_key (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id      TEXT COLLATE "C" NOT NULL,
    hash         BYTEA  NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    hint         TEXT COLLATE "C" NOT NULL,
    scopes       TEXT COLLATE "C" NOT NULL,
    search       TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
CREATE INDEX api_key_team ON api_key (team_id, created_at, id);
CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;

-- team_id is empty for the server's own library.
CREATE TABLE workflow (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id       TEXT COLLATE "C" NOT NULL,
    visibility    TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    search        TEXT COLLATE "C" NOT NULL,
    setup_minutes BIGINT NOT NULL,
    description   TEXT COLLATE "C",
    category      TEXT COLLATE "C",
    video_url     TEXT COLLATE "C",
    tags          TEXT COLLATE "C" NOT NULL,
    integrations  TEXT COLLATE "C" NOT NULL,
    channels      TEXT COLLATE "C" NOT NULL,
    actions       TEXT COLLATE "C" NOT NULL,
    rules         TEXT COLLATE "C" NOT NULL,
    flows         TEXT COLLATE "C" NOT NULL,
    guide         TEXT COLLATE "C" NOT NULL,
    faq           TEXT COLLATE "C" NOT NULL,
    setup_steps   TEXT COLLATE "C" NOT NULL,
    prompt_config TEXT COLLATE "C" NOT NULL,
    system_prompt TEXT COLLATE "C"
);
CREATE INDEX workflow_team ON workflow (team_id, created_at, id);
CREATE INDEX workflow_public ON workflow (created_at, id) WHERE visibility = 'public';

-- What decides whether an agent answers stands first, so that reading it need not touch the long texts.
CREATE TABLE agent (
    id                   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id              TEXT COLLATE "C" NOT NULL,
    deleted_at           BIGINT,
    status               TEXT COLLATE "C" NOT NULL,
    on_new_message       TEXT COLLATE "C" NOT NULL,
    epoch                BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL,
    workflow_id          TEXT COLLATE "C",
    test_code            TEXT COLLATE "C" NOT NULL,
    name                 TEXT COLLATE "C" NOT NULL,
    language             TEXT COLLATE "C" NOT NULL,
    timezone             TEXT COLLATE "C" NOT NULL,
    persona              TEXT COLLATE "C" NOT NULL,
    persona_text         TEXT COLLATE "C",
    status_reason        TEXT COLLATE "C",
    logo                 TEXT COLLATE "C",
    business_name        TEXT COLLATE "C",
    business_address     TEXT COLLATE "C",
    business_email       TEXT COLLATE "C",
    business_description TEXT COLLATE "C",
    escalation_email     TEXT COLLATE "C",
    description          TEXT COLLATE "C" NOT NULL,
    search               TEXT COLLATE "C" NOT NULL,
    rules                TEXT COLLATE "C" NOT NULL,
    system_prompt        TEXT COLLATE "C"
);
CREATE UNIQUE INDEX agent_test_code ON agent (test_code);
CREATE INDEX agent_team ON agent (team_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX agent_workflow ON agent (workflow_id) WHERE deleted_at IS NULL;
CREATE INDEX agent_deleted ON agent (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE knowledge_base (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id     TEXT COLLATE "C" NOT NULL,
    agent_id    TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    url         TEXT COLLATE "C",
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    passages    BIGINT NOT NULL,
    words       BIGINT NOT NULL,
    content     TEXT COLLATE "C"
);
CREATE INDEX knowledge_base_agent ON knowledge_base (agent_id, created_at, id);

CREATE TABLE passage (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id TEXT COLLATE "C" NOT NULL,
    base_id TEXT COLLATE "C" NOT NULL,
    length  BIGINT NOT NULL,
    text    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX passage_base ON passage (base_id, id);

-- Clustered by base, so that replacing or removing one touches one range and no second index is due.
CREATE TABLE posting (
    base_id    TEXT COLLATE "C" NOT NULL,
    word       TEXT COLLATE "C" NOT NULL,
    passage_id TEXT COLLATE "C" NOT NULL,
    team_id    TEXT COLLATE "C" NOT NULL,
    count      BIGINT NOT NULL,
    length     BIGINT NOT NULL,
    PRIMARY KEY (base_id, word, passage_id)
);

CREATE TABLE conversation (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id         TEXT COLLATE "C" NOT NULL,
    agent_id        TEXT COLLATE "C" NOT NULL,
    channel         TEXT COLLATE "C" NOT NULL,
    test            BOOLEAN NOT NULL,
    customer_id     TEXT COLLATE "C" NOT NULL,
    paused          BOOLEAN NOT NULL,
    needs_attention BOOLEAN NOT NULL,
    last_message_at BIGINT  NOT NULL,
    last_seen       BIGINT,
    seq             BIGINT  NOT NULL,
    customer_seq    BIGINT  NOT NULL,
    epoch           BIGINT  NOT NULL,
    open_turn       TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    channel_id      TEXT COLLATE "C",
    customer_name   TEXT COLLATE "C",
    full_name       TEXT COLLATE "C",
    email           TEXT COLLATE "C",
    phone_number    TEXT COLLATE "C",
    profile_picture TEXT COLLATE "C",
    preview         TEXT COLLATE "C",
    search          TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX conversation_place ON conversation (agent_id, channel, test, customer_id);
-- SQLite has one index for both, whose two halves it merges. PostgreSQL would read both halves whole.
CREATE INDEX conversation_recent ON conversation (agent_id, needs_attention, last_message_at, id);
CREATE INDEX conversation_latest ON conversation (agent_id, last_message_at, id);
CREATE INDEX conversation_created ON conversation (agent_id, created_at, id);
CREATE INDEX conversation_paused ON conversation (agent_id, last_message_at, id) WHERE paused;
CREATE INDEX conversation_test ON conversation (agent_id, last_message_at, id) WHERE test;

-- How many conversations there are of each kind, kept by the writes so that lists need not count.
CREATE TABLE conversation_count (
    agent_id        TEXT COLLATE "C" NOT NULL,
    channel         TEXT COLLATE "C" NOT NULL,
    test            BOOLEAN NOT NULL,
    paused          BOOLEAN NOT NULL,
    needs_attention BOOLEAN NOT NULL,
    team_id         TEXT COLLATE "C" NOT NULL,
    n               BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, channel, test, paused, needs_attention)
);

-- folded is NULL where lower(text) says the same, which it does of ASCII.
CREATE TABLE message (
    conversation_id TEXT COLLATE "C" NOT NULL,
    seq             BIGINT  NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    team_id         TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT  NOT NULL,
    role            TEXT COLLATE "C" NOT NULL,
    author          TEXT COLLATE "C" NOT NULL,
    partial         BOOLEAN NOT NULL,
    turn_id         TEXT COLLATE "C",
    attachments     TEXT COLLATE "C",
    text            TEXT COLLATE "C" NOT NULL,
    folded          TEXT COLLATE "C",
    PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE UNIQUE INDEX message_turn ON message (turn_id) WHERE turn_id IS NOT NULL;

CREATE TABLE turn (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team_id            TEXT COLLATE "C" NOT NULL,
    agent_id           TEXT COLLATE "C" NOT NULL,
    conversation_id    TEXT COLLATE "C" NOT NULL,
    state              TEXT COLLATE "C" NOT NULL,
    why                TEXT COLLATE "C" NOT NULL,
    from_seq           BIGINT NOT NULL,
    to_seq             BIGINT NOT NULL,
    attempt            BIGINT NOT NULL,
    node_id            TEXT COLLATE "C" NOT NULL,
    conversation_epoch BIGINT NOT NULL,
    agent_epoch        BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    ended_at           BIGINT
);
CREATE UNIQUE INDEX turn_open ON turn (conversation_id) WHERE state = 'open';
CREATE INDEX turn_node ON turn (node_id, created_at, id) WHERE state = 'open';
CREATE INDEX turn_agent ON turn (agent_id, id);

CREATE TABLE answer (
    team_id     TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA   NOT NULL,
    status      BIGINT  NOT NULL,
    sealed      BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    body        BYTEA,
    PRIMARY KEY (team_id, key)
);
CREATE INDEX answer_age ON answer (created_at);

CREATE TABLE node (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    beat_at BIGINT NOT NULL
);

CREATE TABLE spent_ticket (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_ticket_age ON spent_ticket (expires_at);
