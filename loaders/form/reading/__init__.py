"""Reads a returned survey workbook: located, identified, understood."""
