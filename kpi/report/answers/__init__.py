"""What the data answers to the questions that may be asked about an indicator."""
