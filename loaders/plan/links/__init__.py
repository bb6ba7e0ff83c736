"""Links between the tables of a plan."""
