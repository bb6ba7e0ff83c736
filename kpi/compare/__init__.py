"""The prefecture beside the nation: published figures, gaps, ranks, breaks."""
