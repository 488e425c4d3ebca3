-- What was accepted and is not decided yet, in the order it came: alerts as they were told. A row goes in the transaction that decides it.
create table received (number integer primary key, body blob not null) strict;
