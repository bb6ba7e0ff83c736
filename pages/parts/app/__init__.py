"""What runs around every screen: main script, identity, rights, lifespan, the current view of the store."""
