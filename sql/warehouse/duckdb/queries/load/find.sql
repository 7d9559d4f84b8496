-- What is loaded already: a load of this content (null: of any) and mapping that counts today, the load of
-- this file that counts today, the highest load there is; 0 where there is none.
-- params: $1 text source, $2 text content hash, $3 text mapping hash, $4 text file
-- one row is: the warehouse
SELECT coalesce(max(l.load_id) FILTER (l.source = $1 AND l.content_hash = coalesce($2, l.content_hash)
                                       AND l.mapping_hash = $3 AND n.load_id IS NULL), 0) AS same,
       coalesce(max(l.load_id) FILTER (l.source = $1 AND l.file = $4
                                       AND n.load_id IS NULL), 0) AS replaced,
       coalesce(max(l.load_id), 0) AS highest
FROM load AS l LEFT JOIN load AS n ON n.replaces_load_id = l.load_id
