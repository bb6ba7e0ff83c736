"""What stands in the cells of a list: the periods told beside values, the unit, the size, what is left out."""
