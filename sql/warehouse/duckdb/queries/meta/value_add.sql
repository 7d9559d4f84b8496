-- Note a value under a name.
-- params: $1 text, $2 text
INSERT INTO meta (name, value) VALUES ($1, $2)
