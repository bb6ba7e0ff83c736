"""引継ぎ: what was said of a department's indicators, who answered, and what is due next."""
