"""The store as one file: locks, opening, schema, migration, copies."""
