/* Several videos that play in step: all at the same time, within about a frame. */
/**
 * @typedef {object} VideoGroup
 * @property {(videos: HTMLVideoElement[]) => void} set
 * @property {() => unknown} play
 * @property {() => void} pause
 * @property {(frames: number) => void} step
 * @property {() => void} begin
 * @property {(on: boolean) => void} loops
 * @property {(factor: number) => void} speed
 * @property {() => boolean} isPlaying
 */
const EVENTS = ["canplay", "canplaythrough", "seeked", "error"];
const NUDGED = 0.008; // s: a video farther ahead plays slower; one that is a frame ahead waits
const SLOWER = 0.9;
const FRAME = 1 / 30; // s, until it is measured from two frames
const PATIENCE_MS = 3000; // to wait for the slowest video

/** Resolves once a video can go on from its position, has failed, or has taken too long.
 * @type {(video: HTMLVideoElement) => Promise<void>} */
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

/** Returns the controls of several videos at once; `changed(playing)` is called when they begin or stop playing.
 * @type {(changed: (isPlaying: boolean) => void) => VideoGroup} */
function group(changed) {
  /** @type {{ videos: HTMLVideoElement[], plays: boolean, loops: boolean, speed: number, measured: number | null, timer: number, turn: number }} */
  const state = { videos: [], plays: false, loops: true, speed: 1, measured: null, timer: 0, turn: 0 };

  /** @type {(videos: HTMLVideoElement[]) => void} */
  function set(videos) {
    pause();
    state.videos = videos;
    state.measured = null;
    for (const video of videos) measure(video);
  }

  /** Measures how long a frame lasts, by the times of two that were shown.
   * @type {(video: HTMLVideoElement) => void} */
  function measure(video) {
    if (!video.requestVideoFrameCallback) return;
    /** @type {number | null} */
    let last = null;
    /** @type {VideoFrameRequestCallback} */
    const look = (_now, { mediaTime }) => {
      if (last !== null && mediaTime > last + 0.002) state.measured = Math.min(state.measured ?? Infinity, mediaTime - last);
      last = mediaTime;
      if (video.isConnected) video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }

  const frame = () => state.measured ?? FRAME;
  const ready = () => state.videos.filter((video) => video.readyState >= 1 && !video.error);
  const longest = () => ready().reduce((most, video) => (!most || video.duration > most.duration ? video : most), /** @type {HTMLVideoElement | null} */ (null));

  /** @type {() => Promise<void>} */
  async function play() {
    const last = longest();
    if (!last) return;
    state.plays = true;
    changed(true);
    const turn = (state.turn += 1);
    if (last.ended || last.currentTime >= last.duration - frame() / 2) seek(0);
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
    changed(false);
  }

  /** Keeps the videos in step, once a frame: all wait for the slowest, whose decoding or network is busy.
   * @type {() => unknown} */
  function watch() {
    window.cancelAnimationFrame(state.timer);
    if (!state.plays) return undefined;
    const last = longest();
    if (!last || !last.isConnected) return pause();
    if (last.ended) return again();
    // A shorter one that has ended keeps its last frame.
    const going = ready().filter((video) => video.currentTime < video.duration - frame());
    const time = Math.min(...going.map((video) => video.currentTime));
    for (const video of going) keep(video, video.currentTime - time);
    state.timer = window.requestAnimationFrame(watch);
    return undefined;
  }

  /** @type {(video: HTMLVideoElement, ahead: number) => void} */
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

  /** @type {(time: number) => void} */
  function seek(time) {
    for (const video of ready()) video.currentTime = Math.max(0, Math.min(time, video.duration));
  }

  /** Goes so many frames on, or back, and stops there.
   * @type {(frames: number) => void} */
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
