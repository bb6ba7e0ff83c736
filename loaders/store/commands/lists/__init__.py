"""Lists of indicators taken in: past values with their cells."""
