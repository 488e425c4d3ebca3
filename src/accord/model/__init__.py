"""The nouns: places, parties, facts, findings, witnesses. Imports nothing of ours but itself."""
