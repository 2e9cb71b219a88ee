"""The ids of the page of one run."""

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
