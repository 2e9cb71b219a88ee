import assert from "node:assert/strict";
import { after, beforeEach, mock, test } from "node:test";

import { sockets } from "../../assets/live_sockets.js";
import { pageSocket } from "../../assets/page_socket.js";
import { changes } from "./page.js";

const IDS = { socket: "socket", badge: "badge", since: "since" };
const TEXTS = {
  connection: { connected: "connected", connecting: "connecting", reconnecting: "reconnecting", disconnected: "disconnected" },
  heard: "{n} s ago",
  lost: "lost for {n} s",
  never: "never reached {url}, for {n} s",
};
const [CONNECTING, OPEN, CLOSED] = [{ readyState: 0 }, { readyState: 1 }, { readyState: 3 }];
const opened = () => changes.filter(([id]) => id === IDS.socket).map(([, { url }]) => url);
const written = (id) => document.getElementById(id).textContent;
let socket;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date", "setInterval"], now: 1_700_000_000_000 });
  document.body.innerHTML = '<div id="page"><span id="badge"></span><span id="since"></span></div>';
  changes.length = 0;
  socket = new sockets.LiveSocket(IDS, "ws://gpu.example/ws", () => 6000);
  socket.open();
});

after(() => mock.timers.reset());

/** Lets so many seconds pass, in each of which the socket is watched. */
function pass(seconds) {
  for (let n = 0; n < seconds; n += 1) {
    mock.timers.tick(1000);
    socket.watch();
  }
}

test("an address is the configured one, else the one that page and service allow", () => {
  const service = { url: "http://127.0.0.1:8001/base/", browser_url: null, prefix: "/clew/" };
  assert.equal(sockets.address(service, "/ws/gpu", "ws/gpu"), "ws://clew.example:8001/base/ws/gpu");
  assert.equal(sockets.address({ ...service, url: "https://gpu.example" }, "/ws/gpu", "ws/gpu"), "wss://gpu.example/ws/gpu");
  assert.equal(sockets.address({ ...service, browser_url: "/ws/elsewhere" }, "/ws/gpu", "ws/gpu"), "ws://clew.example:8050/ws/elsewhere");
  assert.equal(sockets.address({ ...service, browser_url: "wss://a.example/x" }, "/ws/gpu", "ws/gpu"), "wss://a.example/x");
});

test("each try has its own address, because the component opens nothing for the same one", () => {
  pass(20);
  assert.ok(opened().length > 1);
  assert.equal(new Set(opened()).size, opened().length);
});

test("a socket that closes is reopened after four seconds, and is reconnecting until a message comes", () => {
  socket.becomes(CONNECTING);
  socket.becomes(OPEN);
  socket.receives();
  assert.equal(socket.connection, "connected");
  socket.becomes(CLOSED);
  pass(3);
  assert.equal(opened().length, 1);
  pass(1);
  assert.equal(opened().length, 2);
  assert.equal(socket.connection, "reconnecting");
  socket.becomes(OPEN);
  assert.equal(socket.connection, "reconnecting");
  socket.receives();
  assert.equal(socket.connection, "connected");
});

test("a service whose first message takes longer than its later ones is waited for, longer with each try", () => {
  const slow = new sockets.LiveSocket(IDS, "ws://gpu.example/ws", () => 2000);
  const wait = (seconds) => {
    for (let n = 0; n < seconds; n += 1) {
      mock.timers.tick(1000);
      slow.watch();
    }
  };
  slow.open();
  const before = opened().length;
  slow.becomes(OPEN);
  wait(3);
  slow.receives();
  assert.equal(opened().length, before);
  wait(2); // now it has spoken, two seconds of silence are too long
  assert.equal(opened().length, before + 1);
  slow.becomes(OPEN);
  wait(4);
  assert.equal(opened().length, before + 2);
  slow.becomes(OPEN);
  wait(7);
  slow.receives();
  assert.equal(opened().length, before + 2);
  assert.equal(slow.connection, "connected");
});

test("a socket without messages for too long is taken for dead", () => {
  socket.becomes(OPEN);
  pass(5);
  socket.receives();
  pass(5);
  assert.equal(opened().length, 1);
  pass(1);
  assert.equal(opened().length, 2);
});

test("a socket that was lost for half a minute is disconnected, and still retried", () => {
  socket.becomes(OPEN);
  socket.receives();
  socket.becomes(CLOSED);
  for (let n = 0; n < 35; n += 1) {
    pass(1);
    if (!socket.closed) socket.becomes(CLOSED);
  }
  assert.equal(socket.connection, "disconnected");
  assert.ok(opened().length >= 7);
});

test("badge and text show the state of a socket, and since when", () => {
  socket.write(TEXTS);
  assert.deepEqual([written("badge"), written("since")], ["connecting", ""]);
  pass(3);
  socket.write(TEXTS);
  assert.deepEqual([written("badge"), written("since")], ["connecting", "never reached ws://gpu.example/ws, for 3 s"]);
  socket.becomes(OPEN);
  socket.receives();
  mock.timers.tick(2000);
  socket.write(TEXTS);
  assert.deepEqual([written("badge"), written("since")], ["connected", "2 s ago"]);
  assert.equal(document.getElementById("badge").className, "badge text-bg-success");
});

test("many sockets are opened a few at a time, and all are closed with the page", () => {
  const many = Array.from({ length: 20 }, (_, n) => new sockets.LiveSocket({ ...IDS, socket: `socket-${n}` }, "ws://gpu.example", () => null));
  const closed = [];
  many.forEach((one, n) => {
    one.close = () => closed.push(n);
  });
  sockets.keep(many, "page", () => undefined);
  const tried = () => many.filter((one) => one.tried).length;
  assert.equal(tried(), 8);
  many[0].becomes(OPEN);
  assert.equal(tried(), 9);
  mock.timers.tick(1000); // one that hangs is waited for a second
  assert.equal(tried(), 17);
  document.getElementById("page").remove();
  mock.timers.tick(1000);
  assert.equal(closed.length, 20);
});

test("a page's own socket delivers nothing after another one took its place", (context) => {
  const lines = [];
  class Line {
    static OPEN = 1;
    static CLOSED = 3;
    readyState = 1;
    constructor() {
      lines.push(this);
    }
    close() {
      this.isClosed = true;
    }
  }
  const { WebSocket } = globalThis;
  globalThis.WebSocket = Line;
  context.after(() => {
    globalThis.WebSocket = WebSocket;
  });
  const received = [];
  const mine = pageSocket(IDS, "ws://engine.example", () => null, { opened: () => received.push("opened"), received: (text) => received.push(text), closed: () => received.push("closed") });
  mine.open();
  lines[0].onopen();
  lines[0].onmessage({ data: "one" });
  mine.open();
  assert.ok(lines[0].isClosed);
  lines[0].onmessage({ data: "late" });
  lines[0].onclose();
  lines[1].onmessage({ data: "two" });
  assert.deepEqual(received, ["opened", "one", "two"]);
});
