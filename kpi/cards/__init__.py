"""The card that freezes how an indicator is judged: its sense, its changes and what they would alter."""
