"""Charts: a story or a table in, a finished Vega-Lite specification out. The only place that knows Altair."""
