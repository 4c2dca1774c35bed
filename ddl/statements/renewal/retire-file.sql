-- Makes way for a row that takes the place of a file, in the same transaction.
-- $1 file_id  integer
update landfall.file set fingerprint = fingerprint || ' retired' where file_id = $1
