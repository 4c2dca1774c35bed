-- What a refresh that begins now will show. Comes first in its transaction.
-- $1 dataset  text
-- row changes  bigint
-- row at  timestamptz
select landfall.file_changes($1) as changes, now() as at
