"""Long lists: a model that holds a few pages of any number of rows, the table around it, and row painters."""
