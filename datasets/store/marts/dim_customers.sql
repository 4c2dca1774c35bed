-- Versions of customers: where they lived, from when until when, and their latest score, 0 where there is none. A
-- customer's first version is valid since he signed up.
select
  version.id as customer_id,
  version.first_name,
  version.last_name,
  version.state,
  version.state_name,
  case
    when version.valid_from = min(version.valid_from) over (partition by version.id)
      then least(version.created, version.valid_from)
    else version.valid_from
  end as valid_from,
  version.valid_to,
  version.valid_to is null as is_current,
  coalesce(score.latest, 0) as score
from star.store_customer_version as version
left join (select customer, max(score) as latest from star.store_score group by customer) as score
  on score.customer = version.id
