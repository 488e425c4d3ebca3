"""What rests on what: who relies on a promise, and whether what it rests on is promised as well."""
