"""Who is who: local names and addresses, and which of them are one party."""
