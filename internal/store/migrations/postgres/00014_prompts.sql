-- +goose Up

-- What a turn asked a model, for a while. Its id tells the time at which the turn was opened.
CREATE TABLE turn_prompt (
    turn_id    TEXT COLLATE "C"   NOT NULL PRIMARY KEY,
    team_id    TEXT COLLATE "C"   NOT NULL,
    max_tokens BIGINT NOT NULL,
    cut        BOOLEAN NOT NULL,
    messages   TEXT   NOT NULL,
    tools      TEXT   NOT NULL,
    system     TEXT   NOT NULL
);
