"""Charts as pictures: captioned, named, and drawn in a process of their own."""
