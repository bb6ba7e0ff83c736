"""Files that people take away: letters, tables, exports. What they say comes in, bytes go out."""
