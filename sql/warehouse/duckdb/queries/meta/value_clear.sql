-- Forget the note of this name.
-- params: $1 text
DELETE FROM meta WHERE name = $1
