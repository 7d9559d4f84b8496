-- Records, version 6: what of the company somebody sees, and which operations a key may call.
-- Names, one a line; NULL: all.

ALTER TABLE access_user ADD COLUMN verticals TEXT;
ALTER TABLE access_key ADD COLUMN verticals TEXT;
ALTER TABLE access_key ADD COLUMN operations TEXT;

PRAGMA user_version = 6;
