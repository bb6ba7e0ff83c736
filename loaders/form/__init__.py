"""The survey workbook (回答様式): one definition, used by both its writer and its reader."""
