"""Lists of indicators as offices keep them: what each column, row and cell is, read from the sheet and put right."""
