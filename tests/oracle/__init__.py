"""An independent oracle for the timing rules: every behaviour of a small contract set, tried out."""
