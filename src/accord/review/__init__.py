"""Reviews: what was missing, from the ledger or a plain timeline alone; pure, and no language model writes a word of them."""
