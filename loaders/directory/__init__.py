"""課, 連絡先 and people as one table: one definition of its columns, written and read, and what it would change."""
