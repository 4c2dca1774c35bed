-- How long the server has been up, in milliseconds; since its last crash, where this role may see when that
-- was.
-- row up_ms  double precision
select extract(epoch from clock_timestamp() - greatest(
    pg_postmaster_start_time(),
    (select max(backend_start) from pg_stat_activity where backend_type = 'checkpointer')))::float8 * 1000 as up_ms
