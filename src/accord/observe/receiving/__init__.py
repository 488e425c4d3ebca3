"""A live receiver of OTLP: acknowledged once it is in the journal, settled into a DuckDB file once its other halves had time."""
