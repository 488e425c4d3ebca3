"""Rules about people: who is there, who answers, who does it, and by when."""
