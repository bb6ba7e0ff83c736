"""Settings for all tests."""

from hypothesis import settings

# A machine that tests on all its processors is slow now and then: how long one example takes says nothing.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
