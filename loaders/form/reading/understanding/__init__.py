"""What the cells of one row say, and what is doubtful about each: values in, values and issues out."""
