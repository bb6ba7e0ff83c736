"""The screens: each module defines one page function and nothing happens when it is imported or run alone."""
