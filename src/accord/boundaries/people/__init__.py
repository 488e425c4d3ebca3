"""Who acts: owners, rotas, ladders, duty, and the course of a recovery."""
