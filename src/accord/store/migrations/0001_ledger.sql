create table policy (hash blob primary key, body blob not null) strict, without rowid;

-- Append-only. `told` is the hash of what the kernel told, `queued` of what the page budget left of it. `before` is the case before the event, there only where the program changed since the row before it.
create table ledger (
  sequence integer primary key,
  key text not null,
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
  hash blob not null
) strict;
create unique index ledger_event on ledger (event_id);
create unique index ledger_chain on ledger (key, number);

create table root (sequence integer primary key, at_ns integer not null, hash blob not null) strict;

create table cases (
  id text primary key,
  key text not null,
  open integer not null,
  turn integer not null,
  actor text not null,
  deadline_ns integer not null,
  body blob not null
) strict;
create index cases_due on cases (deadline_ns, actor, id) where open = 1;

-- `sequence` is the row of the ledger that told it, 0 for a bundle; `parked` says that it leaves in a bundle, `reported` that an
-- Unreachable was recorded for it.
create table sending (
  id text primary key,
  sequence integer not null,
  key text not null,
  case_id text not null,
  turn integer not null,
  person text not null,
  channel text not null,
  fate text not null,
  due_ns integer not null,
  queued_ns integer not null,
  attempts integer not null default 0,
  provider_ref text not null default '',
  reason text not null default '',
  also_in text not null default '',
  reported integer not null default 0,
  parked integer not null default 0,
  body blob not null
) strict;
create index sending_due on sending (due_ns, channel) where fate = 'queued' and also_in = '' and parked = 0;
create index sending_parked on sending (due_ns) where fate = 'queued' and also_in = '' and parked = 1;
create index sending_case on sending (case_id, turn, person);
create index sending_failed on sending (case_id, turn, person) where fate = 'failed' and reported = 0;

-- The only table with names and addresses.
create table person (pseudonym text primary key, known_as text not null, body blob not null) strict, without rowid;
create unique index person_known_as on person (known_as) where known_as <> '';

-- `owner` is the pseudonym of whose it is, and goes with them.
create table kept (
  kind text not null, id text not null, ends_ns integer not null, owner text not null, body blob not null, primary key (kind, id)
) strict, without rowid;

create table counter (name text primary key, value integer not null) strict, without rowid;
