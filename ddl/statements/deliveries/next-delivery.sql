-- In how many seconds an endpoint has to be told something; no row: nothing waits.
-- $1 endpoint  text
-- row seconds  double precision
select greatest(0, extract(epoch from next_at - now()))::double precision as seconds
from landfall.delivery where endpoint = $1 and state = 'waiting' order by next_at limit 1
