/* Several films that play as one: at the same time of each, within about a frame. */
const EVENTS = ["canplay", "canplaythrough", "seeked", "error"];
const NUDGED = 0.008; // s: what is farther ahead is slowed down until it is not; from a frame on it waits
const SLOWER = 0.9;
const FRAME = 1 / 30; // s, until two frames were shown
const PATIENCE_MS = 3000; // for the slowest, before the others begin without it

/** Once a film can go on where it stands, or cannot at all, or has taken too long. */
function settled(video) {
  return new Promise((resolve) => {
    const end = () => {
      window.clearTimeout(timer);
      for (const name of EVENTS) video.removeEventListener(name, look);
      resolve(undefined);
    };
    const look = () => (video.error || (video.readyState >= 3 && !video.seeking)) && end();
    const timer = window.setTimeout(end, PATIENCE_MS);
    for (const name of EVENTS) video.addEventListener(name, look);
    look();
  });
}

/** The players of `videos`, as one; `told(playing)` hears when they begin or end to play. */
function group(told) {
  const state = { videos: [], plays: false, loops: true, speed: 1, measured: null, timer: null, turn: 0 };

  function set(videos) {
    pause();
    state.videos = videos;
    state.measured = null;
    for (const video of videos) measure(video);
  }

  /** How long a frame lasts, by the times of two that were shown. */
  function measure(video) {
    if (!video.requestVideoFrameCallback) return;
    let last = null;
    const look = (_now, { mediaTime }) => {
      if (last !== null && mediaTime > last + 0.002) state.measured = Math.min(state.measured ?? Infinity, mediaTime - last);
      last = mediaTime;
      if (video.isConnected) video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }

  const frame = () => state.measured ?? FRAME;
  const ready = () => state.videos.filter((video) => video.readyState >= 1 && !video.error);
  const longest = () => ready().reduce((most, video) => (!most || video.duration > most.duration ? video : most), null);

  async function play() {
    if (!ready().length) return;
    state.plays = true;
    told(true);
    const turn = (state.turn += 1);
    if (longest().ended || longest().currentTime >= longest().duration - frame() / 2) seek(0);
    // Together, or the first would be ahead from the beginning.
    await Promise.all(ready().map(settled));
    if (turn !== state.turn || !state.plays) return;
    await Promise.all(ready().map((video) => (video.ended ? null : video.play().catch(() => null))));
    watch();
  }

  function pause() {
    state.plays = false;
    window.cancelAnimationFrame(state.timer);
    for (const video of state.videos) {
      video.pause();
      video.playbackRate = state.speed;
    }
    told(false);
  }

  /** Each frame of the page: all wait for the slowest, which a machine or a line that is busy cannot speed up. */
  function watch() {
    window.cancelAnimationFrame(state.timer);
    if (!state.plays) return undefined;
    const last = longest();
    if (!last || !last.isConnected) return pause();
    if (last.ended) return again();
    // A shorter one that is through keeps its last frame.
    const going = ready().filter((video) => video.currentTime < video.duration - frame());
    const time = Math.min(...going.map((video) => video.currentTime));
    for (const video of going) keep(video, video.currentTime - time);
    state.timer = window.requestAnimationFrame(watch);
    return undefined;
  }

  function keep(video, ahead) {
    if (ahead > frame()) video.pause();
    else if (video.paused && ahead <= frame() / 2) video.play().catch(() => null);
    video.playbackRate = state.speed * (ahead > NUDGED ? SLOWER : 1);
  }

  function again() {
    if (!state.loops) return pause();
    seek(0);
    return play();
  }

  function seek(time) {
    for (const video of ready()) video.currentTime = Math.max(0, Math.min(time, video.duration));
  }

  /** So many frames on, or back; all of them stand still then. */
  function step(frames) {
    pause();
    const leader = longest();
    // Into the middle of a frame: its edge may belong to either.
    if (leader) seek((Math.round(leader.currentTime / frame() - 0.5) + frames + 0.5) * frame());
  }

  return {
    set,
    play,
    pause,
    step,
    begin: () => seek(0),
    loops: (on) => (state.loops = on),
    speed(factor) {
      state.speed = factor;
      for (const video of state.videos) video.playbackRate = factor;
    },
    isPlaying: () => state.plays,
  };
}

export { group as videoGroup };
