"""How numbers, figures beside a status and the reasons for a status are printed."""
