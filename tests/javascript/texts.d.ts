/* The texts that Python writes into pages. `python -m tests.rules.browser_constants` writes this file; a test holds it to Python. */

interface ArtifactTexts {
  at_byte: string;
  begun_anew: string;
  choose: string;
  columns_of: string;
  copied: string;
  copy_link: string;
  count: string;
  download: string;
  drawn: string;
  earlier: string;
  empty_folder: string;
  figure_of: string;
  file: string;
  find: string;
  first: string;
  folder: string;
  follow: string;
  found: string;
  found_lines: string;
  found_none: string;
  found_one: string;
  inputs: string;
  last: string;
  later: string;
  left_out: string;
  lines_of: string;
  name: string;
  no_answer: string;
  no_scripts: string;
  nodes: string;
  none: string;
  none_at: string;
  not_copied: string;
  not_drawn: string;
  not_played: string;
  open_picture: string;
  outputs: string;
  pixels: string;
  preview: string;
  reading: string;
  refresh: string;
  retry: string;
  rows: string;
  rows_of: string;
  search: string;
  search_back: string;
  search_forth: string;
  search_on: string;
  search_regex: string;
  searched: string;
  searching: string;
  shape: string;
  size: string;
  stop: string;
  table_of: string;
  tensor: string;
  title: string;
  type: string;
  weights: string;
  weights_of: string;
  where: string;
}

interface ChangeTexts {
  close: string;
  header: string;
  lost: string;
  none_chosen: string;
  silent: string;
  status: string;
  still: string;
  undo: string;
  watch: string;
  working: Record<string, string>;
}

interface ChartGridTexts {
  add: string;
  add_all: string;
  add_charts: string;
  added: string;
  apply: string;
  automatic: string;
  axes: Record<string, string>;
  bad_expression: string;
  cancel: string;
  csv: string;
  done: string;
  drag: string;
  earlier: string;
  expression: string;
  families: Record<string, string>;
  find: string;
  found: string;
  hint: string;
  hint_of_steps: string;
  hint_of_tools: string;
  in_runs: string;
  larger: string;
  later: string;
  legend: string;
  legend_hint: string;
  loading: string;
  log: string;
  menu: string;
  menu_of: string;
  moved: string;
  no_answer: string;
  no_catalogue: string;
  no_prefix: string;
  offered: string[];
  overlay: string;
  overlay_on: string;
  pick: string;
  pick_axis: string;
  pin: string;
  pin_top: string;
  png: string;
  range: string;
  remove: string;
  removed: string;
  reset: string;
  retry: string;
  show_all_lines: string;
  sure: string;
  use_axis: string;
  whole: string;
  without: string;
  words: Record<string, string>;
  y_backwards: string;
  y_from: string;
  y_title: string;
  y_to: string;
}

interface ConsoleTexts {
  from: string;
  no_answer: string;
  title: string;
  whole: string;
}

interface FrontGpuTexts {
  all_in_words: string;
  and_more: string;
  clock: string;
  comma: string;
  connection: Record<string, string>;
  count: string;
  gpu: string;
  hosts: string;
  limits: { characters: number; components: number; gpus: number; legend: number; open: number; processes: number; rows: number };
  lost: string;
  machine: Record<string, string>;
  memory: string;
  misfit: string;
  more: string;
  more_hosts: string;
  never: string;
  none: Record<string, string>;
  none_fits: string;
  odd: string;
  off: string;
  old: string;
  parts: string;
  recording: string;
  renamed: string;
  rule: { mib: number; percent: number; samples: number };
  samples: number;
  scales: Record<string, Record<string, string>>;
  silent_periods: number;
  some_in_words: string;
  states: Record<string, string>;
  stop: string;
  templates: Record<string, string>;
  twice: string;
  unified: string;
  use: Record<string, string>;
  vendors: Record<string, string>;
  why: Record<string, string>;
}

interface GpuTexts {
  all: string;
  all_in_words: string;
  clock: string;
  colours: string[];
  comma: string;
  connection: Record<string, string>;
  count: string;
  dashes: string[];
  gpu: string;
  hosts: string;
  layout: PlotlyLayout;
  limits: { characters: number; components: number; gpus: number; legend: number; open: number; processes: number; rows: number };
  lost: string;
  machine: Record<string, string>;
  many_lines: string;
  misfit: string;
  more: string;
  more_hosts: string;
  most_open: string;
  most_processes: string;
  never: string;
  no_process: string;
  none: Record<string, string>;
  none_fits: string;
  not_there: string;
  odd: string;
  off: string;
  old: string;
  open_all: string;
  parts: string;
  process_head: string[];
  processes: string;
  recording: string;
  renamed: string;
  rule: { mib: number; percent: number; samples: number };
  samples: number;
  scales: Record<string, Record<string, string>>;
  silent_periods: number;
  some_in_words: string;
  states: Record<string, string>;
  stop: string;
  summary: string;
  templates: Record<string, string>;
  twice: string;
  unified: string;
  unknown_processes: string;
  use: Record<string, string>;
  vendors: Record<string, string>;
}

interface HostTexts {
  all_in_words: string;
  clock: string;
  comma: string;
  connection: Record<string, string>;
  count: string;
  gpu: string;
  hosts: string;
  limits: { characters: number; components: number; gpus: number; legend: number; open: number; processes: number; rows: number };
  lost: string;
  machine: Record<string, string>;
  misfit: string;
  more: string;
  more_hosts: string;
  never: string;
  none: Record<string, string>;
  none_fits: string;
  odd: string;
  off: string;
  old: string;
  parts: string;
  recording: string;
  renamed: string;
  rule: { mib: number; percent: number; samples: number };
  samples: number;
  scales: Record<string, Record<string, string>>;
  silent_periods: number;
  some_in_words: string;
  states: Record<string, string>;
  stop: string;
  templates: Record<string, string>;
  twice: string;
  unified: string;
  use: Record<string, string>;
  vendors: Record<string, string>;
}

interface InferenceTexts {
  action_number: string;
  actions: string[];
  active: string;
  best: Record<string, string>;
  colours: string[];
  connection: Record<string, string>;
  cut_off: string;
  dimension: string;
  episodes: Record<string, string>;
  failed: string;
  heard: string;
  kinds: Record<string, string>;
  layout: PlotlyLayout;
  line: string;
  lost: string;
  maze: string;
  misfit: string;
  missing: string;
  model: string;
  model_page: string;
  more: string;
  ms: string;
  never: string;
  news: string;
  next: string;
  no_picture: string;
  none: string;
  over: string;
  picture: string;
  plays: string;
  ran_out: string;
  reached: string;
  scores: string;
  succeeded: string;
  templates: Record<string, string>;
  thoughts: string;
  tried: string;
  waited: string;
  waiting: string;
  waiting_for: string;
  walking: string;
}

interface LiveTrainingTexts {
  actions: Record<string, string>;
  colours: Record<string, string>;
  connection: Record<string, string>;
  counts_episodes: string[];
  cpu: string;
  duration: Record<string, string>;
  ended: Record<string, string>;
  episode: string;
  fork: string;
  heard: string;
  layouts: Record<string, PlotlyLayout>;
  line: string;
  log: { begin: string; failed: string; found: string; found_none: string; gap: string; most_lines: number; no_answer: string; none: string; one_found: string; searched: string };
  looks: Record<string, string>;
  lost: string;
  metrics: Record<string, string>;
  misfit: string;
  missing: string;
  never: string;
  no: string;
  old: string;
  palette: string[];
  percent: string;
  place: string;
  refused: string | null;
  sentences: Record<string, string>;
  silent_seconds: number;
  states: Record<string, string>;
  templates: Record<string, string>;
  x: Record<string, string>;
  yes: string;
}

interface MediaTexts {
  back: string;
  begin: string;
  download: string;
  earlier: string;
  first_nine: string;
  is_cut: string;
  key: string;
  lacks: string;
  lacks_all: string;
  later: string;
  loop: string;
  media_of: string;
  no_answer: string;
  no_step: string;
  none: string;
  none_fit: string;
  not_played: string;
  on: string;
  pattern: string;
  pattern_help: string;
  pause: string;
  play: string;
  reading: string;
  show: string;
  show_nearest: string;
  speed: string;
  step: string;
  step_of: string;
  what: string;
}

interface MetricTableTexts {
  bad_expression: string;
  chart_of: string;
  find: string;
  found: string;
  greatest: string;
  last: string;
  least: string;
  metric: string;
  no_answer: string;
  nothing: string;
  pending: string;
  points: string;
  retry: string;
  step: string;
  title: string;
  when: string;
}

interface ModelTexts {
  details: string;
  every_name: string;
  everything: string;
  shown: string;
}

interface RelationsTexts {
  add: string;
  add_axes: string;
  all: string;
  axis: string;
  box: string;
  built_in: Record<string, string>;
  c_column: string;
  choose_axes: string;
  diverged: string;
  drag: string;
  earlier: string;
  from: string;
  greatest: string;
  in_numbers: string;
  in_ranges: string;
  in_runs: string;
  kind_greatest: string;
  kind_least: string;
  kind_metric: string;
  kind_param: string;
  kind_tag: string;
  lasso: string;
  later: string;
  least: string;
  loading: string;
  log: string;
  newest: string;
  no_number: string;
  none: string;
  not_positive: string;
  on_show: string;
  only: string;
  others: string;
  out_of_range: string;
  parallel: string;
  pending: string;
  remove: string;
  run_page: string;
  runs: string;
  scatter: string;
  some_lines: string;
  tick_ranges: string;
  tick_shown: string;
  to: string;
  values: string;
  whole: string;
  without: string;
  x_column: string;
  y_column: string;
}

interface RunChangesTexts {
  against: string;
  find: string;
  no_answer: string;
  reading: string;
  show: string;
}

interface RunEditTexts {
  add: string;
  add_note: string;
  again: string;
  and_more: string;
  archive: string;
  baseline: string;
  being_purged: string;
  by: string;
  cancel: string;
  conflict: string;
  delete: string;
  deleted: string;
  edit_note: string;
  edit_tags: string;
  experiment: string;
  header: string;
  history: string;
  in_trash: string;
  loading: string;
  lost: string;
  many_apply: string;
  many_delete: string;
  many_delete_hint: string;
  many_done: string;
  many_failed: string;
  many_hint: string;
  many_stop: string;
  many_stopped: string;
  many_title: string;
  many_working: string;
  models: string;
  name: string;
  no_archive: string;
  no_baseline: string;
  no_history: string;
  note: string;
  remove: string;
  rename: string;
  restore: string;
  restore_named: string;
  restore_ticked: string;
  retry: string;
  save: string;
  status: string;
  tag: string;
  take_note: string;
  take_tag: string;
  tick_all: string;
  tick_named: string;
  title: string;
  trash_cut: string;
  trash_empty: string;
  trash_none: string;
  trash_unreachable: string;
  unreachable: string;
  value: string;
  with_parent: string;
  working: string;
}

interface RunListTexts {
  all_read: string;
  archived: string;
  column_menu: { all: string; down: string; extremes: Record<string, string>; failed: string; found: string; groups: Record<string, string>; hide: string; more: string; of: string; of_itself: string; reading: string; retry: string; run: string; runs: string; up: string };
  column_moved: string;
  column_width: string;
  compare_many: string;
  compare_none: string;
  compare_one: string;
  details: string;
  everything: Record<string, string>;
  most_compared: number;
  page_failed: string;
  pending: string;
  progress: string;
  run_page: string;
  selection: Record<string, string>;
  shown: string;
}

interface RunPartTexts {
  find: string;
  no_answer: string;
}

interface TrainingLogTexts {
  begin: string;
  failed: string;
  found: string;
  found_none: string;
  gap: string;
  most_lines: number;
  no_answer: string;
  none: string;
  one_found: string;
  searched: string;
}

interface TrainingTexts {
  acted_not_known: string;
  acting: string;
  age: string;
  header: string;
  lost: string;
  own: string;
  preset: string;
  questions: Record<string, { confirm: string; facts: never[]; look: string; sentence: string; title: string }>;
  silent: string;
  starting: string;
  status: string;
  unreachable: string;
  wrong: string;
}

interface ViewTexts {
  cancel: string;
  changes: string;
  copied: string;
  copy: string;
  default: string;
  delete: string;
  header: string;
  keep: string;
  lost: string;
  make_default: string;
  make_some_default: string;
  new_name: string;
  no_experiment: string;
  none: string;
  not_copied: string;
  nothing_found: string;
  reading: string;
  rename: string;
  replace: string;
  status: string;
  unreachable: string;
  unset: string;
  working: Record<string, string>;
}
