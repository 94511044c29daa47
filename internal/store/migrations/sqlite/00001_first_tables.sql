-- +goose Up

-- What the database says of itself: minimum_writer is the oldest schema whose binary may write here.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('minimum_writer', '1');

CREATE TABLE team (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    quota_agents  BIGINT NOT NULL,
    quota_streams BIGINT NOT NULL,
    quota_rate    BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX team_name ON team (name);

CREATE TABLE api_key (
    id           TEXT   NOT NULL PRIMARY KEY,
    team_id      TEXT   NOT NULL,
    hash         BLOB   NOT NULL,
    name         TEXT   NOT NULL,
    hint         TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    search       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
CREATE INDEX api_key_team ON api_key (team_id, created_at, id);
CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;

-- team_id is empty for the server's own library.
CREATE TABLE workflow (
    id            TEXT   NOT NULL PRIMARY KEY,
    team_id       TEXT   NOT NULL,
    visibility    TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    name          TEXT   NOT NULL,
    search        TEXT   NOT NULL,
    setup_minutes BIGINT NOT NULL,
    description   TEXT,
    category      TEXT,
    video_url     TEXT,
    tags          TEXT   NOT NULL,
    integrations  TEXT   NOT NULL,
    channels      TEXT   NOT NULL,
    actions       TEXT   NOT NULL,
    rules         TEXT   NOT NULL,
    flows         TEXT   NOT NULL,
    guide         TEXT   NOT NULL,
    faq           TEXT   NOT NULL,
    setup_steps   TEXT   NOT NULL,
    prompt_config TEXT   NOT NULL,
    system_prompt TEXT
);
CREATE INDEX workflow_team ON workflow (team_id, created_at, id);
CREATE INDEX workflow_public ON workflow (created_at, id) WHERE visibility = 'public';

-- What decides whether an agent answers stands first, so that reading it need not touch the long texts.
CREATE TABLE agent (
    id                   TEXT   NOT NULL PRIMARY KEY,
    team_id              TEXT   NOT NULL,
    deleted_at           BIGINT,
    status               TEXT   NOT NULL,
    on_new_message       TEXT   NOT NULL,
    epoch                BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL,
    workflow_id          TEXT,
    test_code            TEXT   NOT NULL,
    name                 TEXT   NOT NULL,
    language             TEXT   NOT NULL,
    timezone             TEXT   NOT NULL,
    persona              TEXT   NOT NULL,
    persona_text         TEXT,
    status_reason        TEXT,
    logo                 TEXT,
    business_name        TEXT,
    business_address     TEXT,
    business_email       TEXT,
    business_description TEXT,
    escalation_email     TEXT,
    description          TEXT   NOT NULL,
    search               TEXT   NOT NULL,
    rules                TEXT   NOT NULL,
    system_prompt        TEXT
);
CREATE UNIQUE INDEX agent_test_code ON agent (test_code);
CREATE INDEX agent_team ON agent (team_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX agent_workflow ON agent (workflow_id) WHERE deleted_at IS NULL;
CREATE INDEX agent_deleted ON agent (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE knowledge_base (
    id          TEXT   NOT NULL PRIMARY KEY,
    team_id     TEXT   NOT NULL,
    agent_id    TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    description TEXT,
    url         TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    passages    BIGINT NOT NULL,
    words       BIGINT NOT NULL,
    content     TEXT
);
CREATE INDEX knowledge_base_agent ON knowledge_base (agent_id, created_at, id);

CREATE TABLE passage (
    id      TEXT   NOT NULL PRIMARY KEY,
    team_id TEXT   NOT NULL,
    base_id TEXT   NOT NULL,
    length  BIGINT NOT NULL,
    text    TEXT   NOT NULL
);
CREATE INDEX passage_base ON passage (base_id, id);

-- Clustered by base, so that replacing or removing one touches one range and no second index is due.
CREATE TABLE posting (
    base_id    TEXT   NOT NULL,
    word       TEXT   NOT NULL,
    passage_id TEXT   NOT NULL,
    team_id    TEXT   NOT NULL,
    count      BIGINT NOT NULL,
    length     BIGINT NOT NULL,
    PRIMARY KEY (base_id, word, passage_id)
) WITHOUT ROWID;

CREATE TABLE conversation (
    id              TEXT    NOT NULL PRIMARY KEY,
    team_id         TEXT    NOT NULL,
    agent_id        TEXT    NOT NULL,
    channel         TEXT    NOT NULL,
    test            BOOLEAN NOT NULL,
    customer_id     TEXT    NOT NULL,
    paused          BOOLEAN NOT NULL,
    needs_attention BOOLEAN NOT NULL,
    last_message_at BIGINT  NOT NULL,
    last_seen       BIGINT,
    seq             BIGINT  NOT NULL,
    customer_seq    BIGINT  NOT NULL,
    epoch           BIGINT  NOT NULL,
    open_turn       TEXT    NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    channel_id      TEXT,
    customer_name   TEXT,
    full_name       TEXT,
    email           TEXT,
    phone_number    TEXT,
    profile_picture TEXT,
    preview         TEXT,
    search          TEXT    NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX conversation_place ON conversation (agent_id, channel, test, customer_id);
-- One index serves both values of needs_attention, and by merging its two halves the unfiltered list.
CREATE INDEX conversation_recent ON conversation (agent_id, needs_attention, last_message_at, id);
CREATE INDEX conversation_created ON conversation (agent_id, created_at, id);
CREATE INDEX conversation_paused ON conversation (agent_id, last_message_at, id) WHERE paused;
CREATE INDEX conversation_test ON conversation (agent_id, last_message_at, id) WHERE test;

-- How many conversations there are of each kind, kept by the writes so that lists need not count.
CREATE TABLE conversation_count (
    agent_id        TEXT    NOT NULL,
    channel         TEXT    NOT NULL,
    test            BOOLEAN NOT NULL,
    paused          BOOLEAN NOT NULL,
    needs_attention BOOLEAN NOT NULL,
    team_id         TEXT    NOT NULL,
    n               BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, channel, test, paused, needs_attention)
) WITHOUT ROWID;

-- folded is NULL where lower(text) says the same, which it does of ASCII.
CREATE TABLE message (
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
    PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX message_id ON message (id);
CREATE UNIQUE INDEX message_turn ON message (turn_id) WHERE turn_id IS NOT NULL;

CREATE TABLE turn (
    id                 TEXT   NOT NULL PRIMARY KEY,
    team_id            TEXT   NOT NULL,
    agent_id           TEXT   NOT NULL,
    conversation_id    TEXT   NOT NULL,
    state              TEXT   NOT NULL,
    why                TEXT   NOT NULL,
    from_seq           BIGINT NOT NULL,
    to_seq             BIGINT NOT NULL,
    attempt            BIGINT NOT NULL,
    node_id            TEXT   NOT NULL,
    conversation_epoch BIGINT NOT NULL,
    agent_epoch        BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    ended_at           BIGINT
) WITHOUT ROWID;
-- There is one node, so that all open turns are its own and need no index by node.
CREATE UNIQUE INDEX turn_open ON turn (conversation_id) WHERE state = 'open';
CREATE INDEX turn_agent ON turn (agent_id, id);

CREATE TABLE answer (
    team_id     TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,
    status      BIGINT  NOT NULL,
    sealed      BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    body        BLOB,
    PRIMARY KEY (team_id, key)
);
CREATE INDEX answer_age ON answer (created_at);

CREATE TABLE node (
    id      TEXT   NOT NULL PRIMARY KEY,
    beat_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE spent_ticket (
    hash       BLOB   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX spent_ticket_age ON spent_ticket (expires_at);
