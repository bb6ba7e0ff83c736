"""Long runs over invented returns, started by hand: ``python -m tests.campaign NAME``. None is part of the tests."""
