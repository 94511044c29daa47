-- +goose Up

-- A row a word and passage was hundreds of thousands of rows in one transaction. A knowledge base that was
-- stored before is found again once it is saved.
DROP TABLE posting;
CREATE TABLE posting_block (
    base_id TEXT   NOT NULL,
    bucket  BIGINT NOT NULL,
    team_id TEXT   NOT NULL,
    body    BLOB   NOT NULL,
    PRIMARY KEY (base_id, bucket)
);
ALTER TABLE knowledge_base ADD COLUMN buckets BIGINT NOT NULL DEFAULT 0;
