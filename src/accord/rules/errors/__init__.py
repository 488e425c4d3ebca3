"""Rules about answers that are not success."""
