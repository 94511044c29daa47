-- +goose Up

-- How many tokens the model holds; 0: it does not say.
ALTER TABLE model_connection ADD COLUMN context_window BIGINT NOT NULL DEFAULT 0;
