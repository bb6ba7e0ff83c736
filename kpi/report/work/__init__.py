"""The work itself in the paper: each field's roadmap, what moved in a half-year, and an indicator's achievements."""
