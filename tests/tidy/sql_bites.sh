#!/usr/bin/env bash
# Every rule of the warehouse's SQL finds its violation, and passes what is allowed.
source "$(dirname "$0")/plant.bash"
queries=sql/warehouse/duckdb/queries
plant sql/warehouse/duckdb/migrations/0001_tables.sql 'CREATE TABLE spend (' '    day DATE,' '    cost_micros BIGINT,' \
  '    frequency DOUBLE' ');'
query() { plant "$queries/a.sql" '-- one row is: a day' '-- params: $1 instant (known by)' "$@"; }
good=('SELECT day, sum(cost_micros) AS cost FROM spend_as_of($1)' 'GROUP BY day' 'ORDER BY day')
query "${good[@]}"
holds sql
query 'SELECT day FROM spend WHERE known_at < now() ORDER BY day'
finds sql "$queries/a.sql:3: now: use an instant is a parameter"
query 'SELECT day, any_value(cost_micros) AS cost FROM spend GROUP BY day ORDER BY day'
finds sql 'any_value: use min, or max'
query 'SELECT day, approx_count_distinct(cost_micros) AS n FROM spend GROUP BY day ORDER BY day'
finds sql 'approx_count_distinct: use the exact aggregate'
query 'SELECT day, avg(cost_micros) AS cost FROM spend GROUP BY day ORDER BY day'
finds sql 'avg: use exact sums'
query 'SELECT day, sum(s.frequency) AS f FROM spend AS s GROUP BY day ORDER BY day'
finds sql 'sum over the double frequency'
query 'SELECT day, first(cost_micros) AS cost FROM spend GROUP BY day ORDER BY day'
finds sql 'first: give its order'
query 'SELECT day, first(cost_micros ORDER BY source_row) AS cost FROM spend GROUP BY day ORDER BY day'
holds sql
query 'SELECT day, row_number() OVER (PARTITION BY day) AS n FROM spend ORDER BY day'
finds sql 'row_number: give its order'
query 'SELECT day, sum(cost_micros) AS cost FROM spend GROUP BY day'
finds sql "$queries/a.sql:3: several rows without an order"
query 'SELECT n FROM (SELECT day AS n FROM spend ORDER BY day) AS s'
finds sql 'several rows without an order'
query 'SELECT day, cost_micros AS right FROM spend ORDER BY day'
finds sql '"right" is a keyword'
query 'SELECT * FROM spend ORDER BY day'
finds sql 'SELECT *: name the columns'
query 'SELECT day FROM spend WHERE day < $2 ORDER BY day'
finds sql 'parameter $2 is not declared'
query "SELECT day, 'now() and random()' AS said FROM spend ORDER BY day -- avg(x)"
holds sql
plant "$queries/a.sql" 'SELECT max(day) AS newest FROM spend'
finds sql 'does not say what one row is'
plant "$queries/a.sql" '-- one row is: the newest day' 'SELECT max(day) AS newest FROM spend'
holds sql
for line in '    seen_at TIMESTAMPTZ' '    txn_id VARCHAR PRIMARY KEY' '    right BIGINT'; do
  plant sql/warehouse/duckdb/migrations/0001_tables.sql 'CREATE TABLE spend (' "$line" ');'
  finds sql 'migrations/0001_tables.sql:2: '
done
