"""一覧の取込み: a list of indicators shown as it is read, put right by pointing, and taken in."""
