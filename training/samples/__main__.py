"""`python -m training.samples`."""

from training.samples.fill import main

raise SystemExit(main())
