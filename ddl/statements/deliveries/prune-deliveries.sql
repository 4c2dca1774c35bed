-- Removes deliveries about a dataset that were noted before a time, whatever became of them; at most some of them.
-- $1 dataset  text
-- $2 before  timestamptz
-- $3 most  bigint
-- $4 dry  boolean   counts alone
-- row deliveries  bigint
with chosen as materialized (
  select delivery_id from landfall.delivery where created_at < $2 and data ->> 'dataset' = $1
  order by delivery_id limit $3
), gone as (
  delete from landfall.delivery where not $4 and delivery_id in (select delivery_id from chosen)
)
select count(*) as deliveries from chosen
