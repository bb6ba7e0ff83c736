"""The sample returns: made from their numbers, and taken in as a department's would be."""
