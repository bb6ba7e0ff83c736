"""The store's tables for other engines: Parquet files with declared columns and a data dictionary."""
