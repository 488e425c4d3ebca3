"""Rules about what one side states and the other counts on."""
