"""Letters, numbers, numerals and dates as people write them."""
