-- Where a leader serves its page, for the coordinators that stand by.
alter table landfall.leader add column url text;
