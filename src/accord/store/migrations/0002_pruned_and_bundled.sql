-- Of each chain whose beginning was pruned the last row of that: `prior` is the hash before it, `body` the case after it.
create table anchor (
  key text primary key,
  sequence integer not null,
  prior blob not null,
  number integer not null,
  event_id text not null,
  case_id text not null,
  event blob not null,
  policy blob not null,
  changed integer not null,
  note text not null,
  told blob not null,
  queued blob not null,
  state blob not null,
  program text not null,
  before blob,
  hash blob not null,
  body blob not null
) strict;

-- Of each row that was pruned its hash, so that the roots over it are still proved.
create table pruned (sequence integer primary key, hash blob not null) strict;

-- `archive` is the SHA-256 of the file to which it went.
create table pruning (
  number integer primary key, at_ns integer not null, before_ns integer not null, rows integer not null, cases integer not null,
  archive blob not null
) strict;

create index sending_bundled on sending (also_in) where also_in <> '';
