"""Everything that touches a file: plan files, workbooks, published tables, the store."""
