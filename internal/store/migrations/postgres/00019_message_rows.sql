-- +goose Up

-- Here rows lie in the order in which they came anyway.
SELECT 1;
