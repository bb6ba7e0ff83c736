"""The domain: plans, periods, judgement, comparison. Pure: no files, no database, no clock."""
