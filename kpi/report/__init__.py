"""What the paper of a meeting says, as blocks: one frozen object from which every format is made."""
