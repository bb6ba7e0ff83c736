"""The typeface of papers: one that every office machine has."""

FACE = "游ゴシック"
