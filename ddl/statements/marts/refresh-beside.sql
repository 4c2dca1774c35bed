-- Sets how the transaction refreshes marts while another transaction does.
-- $1 lock_timeout  text   how long it waits for a lock
-- $2 helpers  integer   processes that may help with each query
-- row set_config  text
-- row set_config  text
select
  set_config('lock_timeout', $1, true),
  set_config(
    'max_parallel_workers_per_gather',
    least(cast(current_setting('max_parallel_workers_per_gather') as integer), $2)::text,
    true
  )
