"""Charts: a table in, an altair.Chart out. No Streamlit."""
