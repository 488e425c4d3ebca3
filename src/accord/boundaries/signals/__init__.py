"""Who hears: alerts, where their routing sends them, and what holds them back."""
