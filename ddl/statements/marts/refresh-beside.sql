-- How this transaction refreshes marts while another one does.
-- $1 how long it waits for a lock             text
-- $2 processes that may help with each query  integer
select
  set_config('lock_timeout', $1, true),
  set_config(
    'max_parallel_workers_per_gather',
    least(cast(current_setting('max_parallel_workers_per_gather') as integer), $2)::text,
    true
  )
