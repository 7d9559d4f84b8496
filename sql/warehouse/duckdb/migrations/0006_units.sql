-- Whose an identifier is, format 6: one place for what every query about journeys asks. No table changes.

-- one row is: an identifier and the person it belonged to at an instant
CREATE MACRO person_link_as_of(known_by) AS TABLE
SELECT identifier_id, min(person_id) AS person_id
FROM identifier
WHERE person_id IS NOT NULL AND valid_from <= known_by AND coalesce(valid_to > known_by, true)
GROUP BY identifier_id;

-- one row is: an identifier and an account it works for, numbered by name, of what names both; nothing
-- unless units is 'account'
CREATE MACRO account_link_as_of(known_by, units) AS TABLE
SELECT identifier_id, account_id, dense_rank() OVER (ORDER BY account_id) AS number
FROM (
  SELECT identifier_id, account_id FROM lead_as_of(known_by)
  WHERE units = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT identifier_id, account_id FROM opportunity_as_of(known_by)
  WHERE units = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT identifier_id, account_id FROM subscription_as_of(known_by)
  WHERE units = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT l.identifier_id, p.account_id
  FROM person_link_as_of(known_by) AS l JOIN person AS p ON p.person_id = l.person_id
  WHERE units = 'account' AND p.account_id IS NOT NULL AND p.known_at <= known_by
) AS company;

-- one row is: an identifier of a person, or of an account, and its unit. Three kinds of units stand in
-- one space of numbers: 3n a person, 3n + 1 an identifier of nobody (whoever asks makes that number from
-- the identifier: it has no row here), 3n + 2 an account
CREATE MACRO unit_as_of(known_by, units) AS TABLE
WITH link AS (
  SELECT identifier_id, person_id FROM person_link_as_of(known_by)
), company AS (
  SELECT identifier_id, number FROM account_link_as_of(known_by, units)
), person_number AS ( -- a person's cookie belongs where one of their other identifiers does
  SELECT l.person_id, min(c.number) AS number
  FROM link AS l JOIN company AS c ON c.identifier_id = l.identifier_id
  GROUP BY l.person_id
)
SELECT l.identifier_id, coalesce(3 * p.number + 2, 3 * l.person_id) AS unit
FROM link AS l LEFT JOIN person_number AS p ON p.person_id = l.person_id
UNION ALL
SELECT c.identifier_id, min(3 * c.number + 2)
FROM company AS c ANTI JOIN link AS l ON l.identifier_id = c.identifier_id
GROUP BY c.identifier_id;
