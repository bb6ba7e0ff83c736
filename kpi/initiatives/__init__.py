"""The work itself: initiatives (取組), their half-years, and what is said of them."""
