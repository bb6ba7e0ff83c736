"""What each column of a list is: proposed from its heading, as a kept reading knows it, as a person has said."""
