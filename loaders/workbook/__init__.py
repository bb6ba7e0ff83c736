"""A workbook as located cells, whatever library reads it."""
