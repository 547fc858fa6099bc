// A run of the command line, watched from outside: seconds, CPU seconds and peak memory, as a whole and by stage.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { endcap } from "./support.mjs";

/** Whether the system tells what a process takes. */
export const measured = process.platform === "linux";
// Linux counts CPU time in hundredths of a second.
const TICKS = 100;
const EVERY_MS = 10;

/** Peak memory in MB and CPU seconds of a process so far; undefined once it has gone. */
function usage(pid) {
  if (!measured) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ").slice(11, 13).map(Number);
    const peak = /VmHWM:\s+(\d+) kB/.exec(status);
    return peak && { peakMb: (Number(peak[1]) * 1024) / 1e6, cpuSeconds: (user + system) / TICKS };
  } catch {
    return undefined;
  }
}

/** Lets a process's peak start anew from what it holds now. */
function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {} // It has gone, or the system has no such thing: the stages then share their peaks.
}

/**
 * Runs `endcap`, or another program that is it, and follows it; stages are told by the lines `[ 1.2 s] name: …` on stderr.
 *
 * Answers with `{ code, stderr, seconds, cpuSeconds, peakMb, stages: [{ name, seconds, cpuSeconds, peakMb }] }`.
 */
export function watched(given, env = {}, [program, ...before] = [endcap]) {
  const start = performance.now();
  const child = spawn(program, [...before, ...given], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  const now = () => (performance.now() - start) / 1000;
  const stages = [];
  let stderr = "";
  let rest = "";
  let stage = { name: "reading", from: 0, cpuFrom: 0, peakMb: 0 };
  let cpuSeconds = 0;
  const look = () => {
    const used = usage(child.pid);
    if (!used) return;
    cpuSeconds = used.cpuSeconds;
    stage.peakMb = Math.max(stage.peakMb, used.peakMb);
  };
  const end = () => {
    const { name, from, cpuFrom, peakMb } = stage;
    stages.push({ name, seconds: now() - from, cpuSeconds: cpuSeconds - cpuFrom, peakMb });
  };
  const line = (text) => {
    const name = /^\[\s*[\d.]+ s\] ([^:,]+)/.exec(text)?.[1] ?? (text.startsWith("wrote ") ? "reporting" : stage.name);
    if (name === stage.name) return;
    look();
    end();
    stage = { name, from: now(), cpuFrom: cpuSeconds, peakMb: 0 };
    forgetPeak(child.pid);
  };
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach(line);
  });
  const timer = setInterval(look, EVERY_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      end();
      resolve({ code, stderr, seconds: now(), cpuSeconds, peakMb: Math.max(...stages.map((stage) => stage.peakMb)), stages });
    });
  });
}
