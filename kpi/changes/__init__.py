"""What differs between two states of knowledge: the kinds of change, what judgements show, and the digest of all."""
