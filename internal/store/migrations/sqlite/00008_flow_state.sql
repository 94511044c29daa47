-- +goose Up

-- Where a customer stands in a flow. The previous release leaves it as it is.
ALTER TABLE conversation ADD COLUMN flow TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN flow_at BIGINT;
