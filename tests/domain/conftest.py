"""Property tests of the domain run the same examples each time."""

import domain.hypothesis_profile  # noqa: F401 -- it loads the profile
