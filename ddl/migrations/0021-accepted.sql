-- Whether a person has said that a file is to be loaded although its snapshot lacks many keys (`landfall accept`).
alter table landfall.file add column accepted boolean not null default false;
