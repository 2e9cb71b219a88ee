"""The ids of everything that a callback touches, by page."""

# Frame: on every page
ERRORS = "frame-errors"
LANGUAGE = "frame-language"
# Changes of models: what came of each, and the dialog that asks first
CHANGES = "changes"
CHANGE_DIALOG = "change-dialog"
CHANGE_TITLE = "change-title"
CHANGE_QUESTION = "change-question"
CHANGE_CANCEL = "change-cancel"
CHANGE_CONFIRM = "change-confirm"


# Named views: what the address led to, and the menu
OPENED_ADDRESS = "address-opened"
NOT_OPENED = "address-not-opened"
OPENED_VIEW = "view-opened"
VIEWS_BUTTON = "views-button"
VIEWS_PANEL = "views-panel"
VIEWS_TITLE = "views-title"
VIEWS_CLOSE = "views-close"
VIEWS_NOTE = "views-note"
VIEWS_NAME = "views-name"
VIEWS_SAVE = "views-save"
VIEWS_SAVE_CHANGES = "views-save-changes"
VIEWS_SEARCH = "views-search"
VIEWS_LIST = "views-list"


# Front page
FRONT_GPU_MONITORS = "front-gpu-monitors"
FRONT_GPU_STARTED = "front-gpu-started"
FRONT_GPU_TEXTS = "front-gpu-texts"
FRONT_GPU_SCHEMA = "front-gpu-schema"


def front(tile: str, what: str) -> str:
    """A part of a tile (model, runs, gpus, best or health): body, as-of or drawn."""
    return f"front-{tile}-{what}"


def front_gpu(what: str, host: int) -> str:
    """A part of a host in the GPU tile: socket, badge, since, notice, said or gpus."""
    return f"front-gpu-{what}-{host}"


def rows_shown(table: str) -> str:
    """How many rows a table's filters leave."""
    return f"{table}-shown"


def filter_misfits(table: str) -> str:
    """What a table's filters do not understand."""
    return f"{table}-misfits"


# Runs page
ROWS = "runs-rows"
VERSION = "runs-version"
TEXTS = "runs-texts"
FRESHNESS_TEXT = "runs-freshness-text"
REFRESH = "runs-refresh"
BAD_ROWS = "runs-bad-rows"
EMPTY = "runs-empty"
TABLE = "runs-table"
ALGORITHM = "runs-algorithm"
EXPERIMENT = "runs-experiment"
COLUMNS = "runs-columns"
COLUMN_WIDTHS = "runs-widths"
KNOWN_COLUMNS = "runs-known-columns"
COLUMNS_OPEN = "runs-columns-open"
COLUMNS_SAID = "runs-columns-said"
COLUMN_MENU = "runs-column-menu"
COLUMN_MENU_TITLE = "runs-column-menu-title"
COLUMN_SEARCH = "runs-column-search"
COLUMNS_FOUND = "runs-columns-found"
COLUMN_GROUPS = "runs-column-groups"
COLUMNS_CHOSEN = "runs-columns-chosen"
# What the server said of the list, and how many rows the browser holds itself; the page of rows beyond that.
LISTED = "runs-listed"
NATIVE_UP_TO = "runs-native-up-to"
ANSWER = "runs-answer"
LOADING = "runs-loading"
PAGE_FAILURE = "runs-page-failure"
PAGE_FAILURE_TEXT = "runs-page-failure-text"
PAGE_RETRY = "runs-page-retry"
PAGE_SHOWN = "runs-page-shown"
PROGRESS_SAID = "runs-progress-said"
SELECT = "runs-select"
SELECT_ALL = "runs-select-all"
SELECT_PAGE = "runs-select-page"
SELECT_SAID = "runs-select-said"
LIST_CSV = "runs-list-csv"
SELECTED = "runs-selected"
SILENT = "runs-silent"
TOGETHER = "runs-together"
TOGETHER_PLACE = "runs-together-place"
CLEAR = "runs-clear"
COMPARE = "runs-compare"
SAMPLE_NOTICE = "runs-sample-notice"
SAMPLE_REMOVE = "runs-sample-remove"
SAMPLE_DIALOG = "runs-sample-dialog"
SAMPLE_TITLE = "runs-sample-title"
SAMPLE_CONFIRM = "runs-sample-confirm"
SAMPLE_CANCEL = "runs-sample-cancel"
SAMPLE_OUTCOME = "runs-sample-outcome"

# Comparison
COMPARED = "compare-runs"
COMPARE_PANEL = "compare-panel"
COMPARE_CLOSE = "compare-close"
COMPARE_DRAWN = "compare-drawn"
COMPARE_NOTICES = "compare-notices"
COMPARE_TABLE = "compare-table"
COMPARE_TICK = "compare-tick"
COMPARE_NEWS = "compare-news"
# Relations of the listed runs
RELATIONS = "relations"
RELATIONS_PLACE = "relations-place"
RELATIONS_TEXTS = "relations-texts"
# What makes a group of runs
GROUP_PICKER = "compare-groups"
GROUP_SUMMARY = "compare-group-summary"
GROUP_CHOICE = "compare-group-choice"
GROUP_DEFAULT = "compare-group-default"
GROUP_SEARCH = "compare-group-search"
GROUP_REFS = "compare-group-refs"
GROUP_MORE = "compare-group-more"
GROUP_PATTERN = "compare-group-pattern"
GROUP_PATTERN_READ = "compare-group-pattern-read"
GROUP_PATTERN_SAID = "compare-group-pattern-said"
ALONE = "compare-alone"


# Each page has these of its own: Dash allows an id that some page lacks, but not a callback that half exists.
def tick(place: str) -> str:
    """What makes the page at `place` (runs or run) ask for news."""
    return f"{place}-tick"


def failure(place: str) -> str:
    """The sentence that says what failed."""
    return f"{place}-failure"


def failure_alert(place: str) -> str:
    """The box around that sentence and its Retry button."""
    return f"{place}-failure-alert"


def refused(place: str) -> str:
    """The sentence that says why buttons at `place` are disabled for this reader."""
    return f"{place}-refused"


def retry(place: str) -> str:
    """The Retry button."""
    return f"{place}-retry"


def grid(place: str) -> str:
    """The grid of charts at `place` (compare or run)."""
    return f"{place}-grid"


def grid_begin(place: str) -> str:
    """What that grid begins with."""
    return f"{place}-grid-begin"


def grid_shown(place: str) -> str:
    """What that grid has been told to show."""
    return f"{place}-grid-shown"


def options(place: str) -> str:
    """How the charts of that grid are drawn."""
    return f"{place}-options"


def chart(place: str, word: str) -> str:
    """The chart of `word` (a metric word) in that grid."""
    return f"{place}-chart-{word.replace('_', '-')}"


# Run detail
RUN_ID = "run-id"
RUN_FACTS = "run-facts"
RUN_PARAMETERS = "run-parameters"
RUN_NOTICES = "run-notices"
RUN_CHARTS = "run-charts"
RUN_METRICS = "run-metrics"
RUN_AXIS = "run-option-axis"
RUN_SMOOTHING = "run-option-smoothing"
RUN_LOG = "run-option-log"
RUN_DRAWN = "run-drawn"

# Chart options: on the page of one run the first three, with "run-" before them
OPTION_AXIS = "option-axis"
OPTION_SMOOTHING = "option-smoothing"
OPTION_LOG = "option-log"
OPTION_GROUPED = "option-grouped"
OPTION_CENTRE = "option-centre"
OPTION_BAND = "option-band"
OPTION_FINAL = "option-final"
OPTION_DIVERGED = "option-diverged"
OPTION_DIFFERING = "option-differing"
TABLE_CSV = "compare-table-csv"
POINTS_CSV = "compare-points-csv"
DOWNLOAD = "compare-download"
COPY_LINK = "compare-copy-link"
COPY_SAID = "compare-copy-said"

# Trainings: the form, the lists
TRAINING_TEXTS = "training-texts"
TRAINING_QUERY = "training-query"
TRAINING_BEGUN = "training-begun"
TRAINING_NOTE = "training-note"
TRAINING_FORM = "training-form"
TRAINING_FORM_WAITS = "training-form-waits"
TRAINING_TRAINER = "training-trainer"
TRAINING_PRESETS = "training-presets"
TRAINING_FOOT = "training-foot"
TRAINING_SUMMARY = "training-summary"
TRAINING_START = "training-start"
TRAINING_BLOCKED = "training-blocked"
TRAININGS_FAILURE = "trainings-failure"
TRAININGS_SLOTS = "trainings-slots"
TRAININGS_QUEUE_TITLE = "trainings-queue-title"
TRAININGS_QUEUE = "trainings-queue"
TRAININGS_QUEUE_EMPTY = "trainings-queue-empty"
TRAININGS_HISTORY = "trainings-history"
TRAININGS_HISTORY_EMPTY = "trainings-history-empty"
TRAININGS_MORE = "trainings-more"
TRAININGS_COUNT = "trainings-count"
# Page of one training
LIVE_PLACE = "live-place"
LIVE_RUN = "live-run"
LIVE_TEXTS = "live-texts"
LIVE_SCHEMA = "live-schema"
LIVE_SCHEDULER = "live-scheduler"
LIVE_STARTED = "live-started"
LIVE_SOCKET = "live-socket"
LIVE_BADGE = "live-badge"
LIVE_SINCE = "live-since"
LIVE_NOTICE = "live-notice"
LIVE_NAME = "live-name"
LIVE_STATE = "live-state"
LIVE_SENTENCE = "live-sentence"
LIVE_SAID = "live-said"
LIVE_FACTS = "live-facts"
LIVE_BAR = "live-bar"
LIVE_BUTTONS = "live-buttons"
LIVE_RESULT = "live-result"
LIVE_VALUES = "live-values"
LIVE_LOG = "live-log"
LIVE_LOG_FOLLOW = "live-log-follow"
LIVE_LOG_EARLIER = "live-log-earlier"
LIVE_LOG_SEARCH = "live-log-search"
LIVE_LOG_FIND = "live-log-find"
LIVE_LOG_FOUND = "live-log-found"
LIVE_LOG_SAID = "live-log-said"


def live_chart(word: str) -> str:
    """The growing chart of a metric word on the page of one training."""
    return f"live-chart-{word.replace('_', '-')}"


def live_chart_summary(word: str) -> str:
    """What that chart shows, in words."""
    return f"{live_chart(word)}-summary"


# Models page
MODEL_ROWS = "models-rows"
MODEL_TEXTS = "models-texts"
MODEL_FRESHNESS = "models-freshness"
MODEL_BAD_ROWS = "models-bad-rows"
MODEL_TABLE = "models-table"
MODEL_EMPTY = "models-empty"
MODEL_ALGORITHM = "models-algorithm"
MODEL_STATE = "models-state"
MODEL_CHOSEN = "models-chosen"
MODEL_ACTIVATE = "models-activate"
MODEL_DETAILS = "models-details"
MODEL_DELETE = "models-delete"
MODEL_RESTORE = "models-restore"
MODEL_HISTORY = "models-history"
MODEL_DRAWN = "models-drawn"

# Page of one model
MODEL_ID = "model-id"
MODEL_FACTS = "model-facts"
MODEL_POLICY = "model-policy"
MODEL_CHECKED = "model-checked"


def change(verb: str) -> str:
    """The button of the model page that asks for this change."""
    return f"model-{verb}"


# GPU page: `host` is a monitor's place in the list of them
GPU_MONITORS = "gpus-monitors"
GPU_STARTED = "gpus-started"
GPU_TEXTS = "gpus-texts"
GPU_SCHEMA = "gpus-schema"
GPU_RUNS = "gpus-runs"
GPU_CHART = "gpus-chart"
GPU_SUMMARY = "gpus-summary"
GPU_CHART_NOTE = "gpus-chart-note"
GPU_PROCESSES = "gpus-processes"


def gpu(what: str, host: int) -> str:
    """A part of a host on the GPU page: socket, badge, since, notice, shape or cards."""
    return f"gpu-{what}-{host}"


# Inference page
INFERENCE_ENGINE = "inference-engine"
INFERENCE_TEXTS = "inference-texts"
INFERENCE_SCHEMA = "inference-schema"
INFERENCE_STARTED = "inference-started"
INFERENCE_REQUEST = "inference-request"
INFERENCE_PLAY = "inference-play"
INFERENCE_STOP = "inference-stop"
INFERENCE_RESET = "inference-reset"
INFERENCE_SPEED = "inference-speed"
INFERENCE_MODEL = "inference-model"
INFERENCE_VERSUS = "inference-versus"
INFERENCE_SIZE = "inference-size"
INFERENCE_SEED = "inference-seed"
INFERENCE_CHART = "inference-chart"
INFERENCE_SUMMARY = "inference-summary"
INFERENCE_SHOWN = "inference-shown"
EVALUATE = "evaluation-start"
EVALUATE_CANCEL = "evaluation-cancel"
EVALUATE_TICK = "evaluation-tick"
EVALUATION = "evaluation-report"
EVALUATION_WAITING = "evaluation-waiting"
EVALUATION_WHOSE = "evaluation-whose"


def walk(what: str, side: str) -> str:
    """A part of a side ("a" or "b") of the inference page: socket, badge, since, section, title, board or trouble."""
    return f"walk-{what}-{side}"
