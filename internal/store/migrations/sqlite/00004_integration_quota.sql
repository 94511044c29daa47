-- +goose Up

-- 0 is the server's default and -1 is none; quota_agents takes both too.
ALTER TABLE team ADD COLUMN quota_integrations BIGINT NOT NULL DEFAULT 0;
