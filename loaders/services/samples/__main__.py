"""``python -m loaders.services.samples``: make the files of ``data/samples`` anew."""

import sys

from loaders.services.samples.sample_files import main

if __name__ == "__main__":
    sys.exit(main())
