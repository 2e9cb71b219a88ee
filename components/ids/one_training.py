"""The ids of the page of one training."""

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
LIVE_STATUS = "live-said"
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
LIVE_LOG_WHOLE = "live-log-whole"
LIVE_LOG_FOUND = "live-log-found"
LIVE_LOG_STATUS = "live-log-said"


def live_chart(word: str) -> str:
    """Returns the id of the live chart of a metric word on the page of one training."""
    return f"live-chart-{word.replace('_', '-')}"


def live_chart_summary(word: str) -> str:
    """Returns the id of the text alternative of that chart."""
    return f"{live_chart(word)}-summary"
