"""Tables as the domain goes over them: row by row, whatever they hold."""
