"""The ids of all components that callbacks use, a module for each page.

Accessed as `ids.TABLE`, wherever it is defined.
"""

from components.ids.alerts import *  # noqa: F403
from components.ids.comparison import *  # noqa: F403
from components.ids.fleet import *  # noqa: F403
from components.ids.frame import *  # noqa: F403
from components.ids.front_page import *  # noqa: F403
from components.ids.gpus import *  # noqa: F403
from components.ids.inference import *  # noqa: F403
from components.ids.models import *  # noqa: F403
from components.ids.one_training import *  # noqa: F403
from components.ids.places import *  # noqa: F403
from components.ids.run_changes import *  # noqa: F403
from components.ids.run_detail import *  # noqa: F403
from components.ids.runs import *  # noqa: F403
from components.ids.trainings import *  # noqa: F403
