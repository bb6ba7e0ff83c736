"""What changes the store, each inside a given transaction."""
