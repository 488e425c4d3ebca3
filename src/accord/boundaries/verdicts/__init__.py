"""What becomes of findings: waived, known, changed by a move, asked as a question."""
