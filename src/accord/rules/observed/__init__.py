"""What was seen, held against what is assumed and promised."""
