-- Empty the calendar before another zone's is written.
DELETE FROM calendar
