"""The join: facts of all sides become parties and boundaries, each readable in one view at a time."""
