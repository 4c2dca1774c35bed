-- What endpoints have not been told: how many deliveries wait, since when the first does that was tried before, and how
-- many were given up.
-- row endpoint  text
-- row waiting  bigint
-- row failed  bigint
-- row failing_since  timestamptz null   of the first delivery that was tried in vain
-- row answer  text null   what came of the last attempt
select endpoint,
  count(*) filter (where state = 'waiting') as waiting,
  count(*) filter (where state = 'failed') as failed,
  min(created_at) filter (where state = 'failed' or answer is not null) as failing_since,
  (array_agg(coalesce('HTTP ' || status || ' ', '') || answer order by attempt_at desc)
    filter (where answer is not null))[1] as answer
from landfall.delivery where state in ('waiting', 'failed')
group by endpoint order by endpoint
