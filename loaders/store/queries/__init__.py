"""What is read from the store, into frozen values."""
