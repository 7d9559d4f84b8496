-- What is noted under a name.
-- params: $1 text
-- one row is: a note, at most one
SELECT value FROM meta WHERE name = $1 ORDER BY name
