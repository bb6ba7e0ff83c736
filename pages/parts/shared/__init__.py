"""What several screens share: layout, markup, filters, notices, downloads."""
