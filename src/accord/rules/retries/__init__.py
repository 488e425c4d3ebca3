"""Rules about asking again."""
