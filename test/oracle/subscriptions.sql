-- What the star of the subscriptions shows, from the application's tables as they are (raw_*, all texts), and from all
-- rows of the plans that were ever seen (raw_plans).
create or replace macro tidy(t) as nullif(regexp_replace(trim(t), '\s+', ' ', 'g'), '');
create or replace macro a_day(t) as coalesce(
  try_strptime(tidy(t), '%Y-%m-%d'), try_strptime(tidy(t), '%d.%m.%Y'),
  try_strptime(tidy(t), '%b %-d, %Y'), try_strptime(tidy(t), '%Y/%m/%d'))::date;
create or replace macro cents(t) as nullif(regexp_replace(t, '[^0-9.]', '', 'g'), '')::decimal(10, 2);
create or replace macro titled(t) as upper(tidy(t)[1]) || lower(tidy(t)[2:]);

create or replace view users as select distinct id::int as id, tidy(full_name) as full_name, lower(tidy(email)) as email,
  a_day(born_on) as born_on, a_day(signed_up_on) as signed_up_on from raw_users;
create or replace view banks as select distinct id::int as id, tidy(name) as name from raw_banks;
create or replace view cards as select distinct id::int as id, user_id::int as user_id, bank_id::int as bank_id,
  tidy(last_digits) as last_digits,
  coalesce(try_strptime(tidy(expires), '%m/%y'), try_strptime(tidy(expires), '%Y-%m'))::date as expires from raw_cards;
create or replace view addresses as select distinct id::int as id, user_id::int as user_id, lower(tidy(kind)) as kind,
  tidy(street) as street, titled(city) as city, upper(tidy(country)) as country from raw_addresses;
create or replace view subscriptions as select distinct id::int as id, user_id::int as user_id, plan_id::int as plan_id,
  card_id::int as card_id, a_day(started_on) as started_on, a_day(ended_on) as ended_on, lower(tidy(status)) as status
  from raw_subscriptions;
create or replace view payments as select distinct id::int as id, subscription_id::int as subscription_id,
  user_id::int as user_id, plan_id::int as plan_id, card_id::int as card_id, a_day(paid_on) as paid_on,
  cents(amount) as amount, cents(discount) as discount from raw_payments;

create or replace view plan_events as select distinct id::int as id, titled(name) as name, cents(price) as price,
  lower(tidy(period)) as period, updated_at::timestamp as seen_at from raw_plans;
create or replace view plans as
  with marked as (
    select *, lag(price) over (partition by id order by seen_at) is distinct from price
      or lag(period) over (partition by id order by seen_at) is distinct from period as begins
    from plan_events
  )
  select id, last_value(name) over (partition by id order by seen_at rows between unbounded preceding and unbounded following) as name,
    price, period, seen_at as valid_from, lead(seen_at) over (partition by id order by seen_at) as valid_to
  from marked where begins;

create or replace view months as
  select unnest(generate_series(date_trunc('month', min(started_on))::timestamp,
    date_trunc('month', greatest(max(started_on), max(ended_on)))::timestamp, interval 1 month))::date as month
  from subscriptions;
create or replace view monthly_recurring_revenue as
  select p.name as plan, month, count(*)::int as subscriptions,
    sum(case when p.period = 'year' then round(p.price / 12, 2) else p.price end)::decimal(18, 2) as revenue
  from months, subscriptions s, plans p
  where s.started_on <= last_day(month) and coalesce(s.ended_on, '9999-01-01') > last_day(month)
    and p.id = s.plan_id and p.valid_from < last_day(month) + 1 and coalesce(p.valid_to, '9999-01-01') >= last_day(month) + 1
  group by all;
create or replace view churn as
  select month, count(*)::int as at_start, count(*) filter (ended_on <= last_day(month))::int as lost
  from months, subscriptions
  where started_on < month and coalesce(ended_on, '9999-01-01') >= month
  group by all;
create or replace view net_revenue as
  select p.name as plan, date_trunc('month', paid_on)::date as month, count(*)::int as payments, sum(amount)::decimal(18, 2) as amount,
    sum(coalesce(discount, 0))::decimal(18, 2) as discount, sum(amount - coalesce(discount, 0))::decimal(18, 2) as net_revenue
  from payments join plans p on p.id = plan_id and p.valid_to is null
  group by all;
create or replace view payment as
  select pay.id, paid_on, p.name as plan, amount, coalesce(discount, 0)::decimal(10, 2) as discount, full_name, email, last_digits,
    b.name as bank, coalesce(i.city, h.city) as city
  from payments pay join plans p on p.id = pay.plan_id and p.valid_to is null join users u on u.id = pay.user_id
    left join cards c on c.id = pay.card_id left join banks b on b.id = c.bank_id
    left join addresses h on h.user_id = pay.user_id and h.kind = 'home'
    left join addresses i on i.user_id = pay.user_id and i.kind = 'invoices';
