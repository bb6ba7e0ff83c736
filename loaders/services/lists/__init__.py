"""Lists of indicators: read, put right by pointing, taken in."""
