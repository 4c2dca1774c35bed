-- How much a run has fetched.
alter table landfall.run add column bytes bigint not null default 0;  -- of the pages that are noted
