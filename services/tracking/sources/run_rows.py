"""Runs from the rows of MLflow's database: the same columns as of its REST API."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched, chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Select, func, select, true
from sqlalchemy.sql.expression import TableClause

from domain.errors.services import DatabaseFailed
from domain.messages import Text
from domain.run_table.arranging import STATUSES
from domain.run_table.columns import NO_TIME
from domain.run_table.parts import Parts
from domain.run_table.raw_runs import RawMetrics, RawRuns, RawTexts
from domain.tracking.runs import BadRow
from mlflow_api.metric_columns import as_logged
from mlflow_api.schemas import Experiment, bad_row_of, run_of
from services.tracking.mlflow_database import SERVICE
