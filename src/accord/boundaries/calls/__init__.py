"""How a call goes: limits, tries and answers of all layers, the worst that keeps every word, and its story."""
