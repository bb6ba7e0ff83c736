"""確認: which answers want judgement in which order, and what is said of each."""
