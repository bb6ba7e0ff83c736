"""What comes from outside is opened in processes of their own: preflight, sandbox, limits, refusals."""
