"""Writes the survey workbook from the form's one definition."""
