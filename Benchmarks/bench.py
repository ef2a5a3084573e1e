#!/usr/bin/env python3
"""Measures lm beside its peers and writes Documentation/Benchmarks.md. `make bench` calls it.

Run it with a Python that has PyTorch. Results stay in .build/bench as JSON, one file per section, so a
section can be measured again alone and the report written from all of them:

  bench.py                          everything: some hours on two cores, on an idle machine
  bench.py --only training          one section (several: --only training attention), then the report
  bench.py --only                   the report alone
  bench.py --rounds 1 --steps 2     a trial of minutes; goes to .build/bench-trial and says nothing"""
import argparse, datetime, importlib.metadata, importlib.util, json, os, pathlib, platform, shutil, subprocess, sys, time

import report, sections
from sections import ROOT

REMEDY = "run ../shared/peers/setup.sh .build/peers, or say make bench PEERS=/path/to/python"


def fail(message):
    sys.exit(f"bench: {message}")


def output(*command):
    """The first line that a command prints, or nothing where it is missing or fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0] if done.returncode == 0 else ""


def machine(options):
    """What was measured on what; times are UTC."""
    with open("/proc/cpuinfo") as file:
        cpu = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
    cpu = {key.strip(): value.strip() for key, value in cpu.items()}
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{cpu.get('model name', platform.processor())} "
                     f"(family {cpu.get('cpu family')}, model {cpu.get('model')})",
        "processors": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "commit": output("git", "rev-parse", "--short", "HEAD") + (
            " with changes" if output("git", "status", "--porcelain", "-uno", "Sources", "Package.swift") else ""),
        "swift": output("swift", "--version"),
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "command": " ".join(["Benchmarks/bench.py", *sys.argv[1:]]),
        "rounds": options.rounds,
        "is_trial": options.steps is not None,
    }


class Progress:
    """Lines on stderr: which run, and the time left by what the runs so far took of their expectation."""

    def __init__(self, runs):
        self.count, self.expected = len(runs), sum(run.seconds for run in runs)
        self.number, self.done, self.start = 0, 0.0, time.monotonic()

    def begin(self, section, run):
        self.number += 1
        elapsed = time.monotonic() - self.start
        left = (self.expected - self.done) * (elapsed / self.done if self.done else 1)
        what = " ".join(str(value) for value in run.labels.values() if value != "")
        print(
            f"[{self.number}/{self.count}] {section}: {what} (about {max(1, round(left / 60))} min left)",
            file=sys.stderr, flush=True)

    def end(self, run):
        self.done += run.seconds


def execute(run, records):
    """The run's record: its labels and what it printed; `output` is empty where it failed and may."""
    command = run.command(records) if callable(run.command) else run.command
    record = {**run.labels, "output": [], "load": os.getloadavg()[0]}
    if command is None:
        return record
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=run.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        if not run.is_optional:
            fail(f"{' '.join(command)} ended with {done.returncode}: {reason}")
        record["error"] = reason
        return record
    record["output"] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    # A run that trains a model leaves its losses beside it.
    if "--out" in command:
        folder = pathlib.Path(command[command.index("--out") + 1])
        if (folder / "metrics.jsonl").exists():
            metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
            record["validations"] = [
                [x["step"], x["seconds"], x["validation_loss"]] for x in metrics if x.get("validation_loss") is not None]
        shutil.rmtree(folder)
    return record


def measure(name, runs, options, progress, store):
    """Makes all runs of a section; its file is replaced when all are done."""
    shutil.rmtree(options.scratch, ignore_errors=True)
    options.scratch.mkdir(parents=True)
    about, records = machine(options), []
    for run in runs:
        progress.begin(name, run)
        records.append(execute(run, records))
        progress.end(run)
    file = store / f"{name}.json"
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps({"machine": about, "records": records}, indent=1))
    partial.replace(file)
    shutil.rmtree(options.scratch, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=list(sections.SECTIONS), metavar="SECTION",
                        help="of " + ", ".join(sections.SECTIONS) + "; none: only write the report")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every comparison (5)")
    parser.add_argument("--steps", type=int, help="steps of every training; makes it a trial")
    parser.add_argument("--lm", default=ROOT / ".build/release/lm", type=pathlib.Path, help="the lm to measure")
    parser.add_argument("--report", type=pathlib.Path, help="file to write (Documentation/Benchmarks.md)")
    given = parser.parse_args()
    if given.rounds < 1 or (given.steps is not None and given.steps < 1):
        fail("--rounds and --steps must be at least 1")
    names = list(sections.SECTIONS) if given.only is None else given.only
    if names and not given.lm.exists():
        fail(f"there is no {given.lm}: run make build")
    if names and importlib.util.find_spec("torch") is None:
        fail(f"{sys.executable} has no PyTorch: {REMEDY}")
    if names and not sections.PEERS.exists():
        fail(f"there is no {sections.PEERS}, where the peers' scripts are: put shared/ beside the checkout")
    store = ROOT / (".build/bench" if given.steps is None else ".build/bench-trial")
    store.mkdir(parents=True, exist_ok=True)
    options = sections.Options(str(given.lm.absolute()), given.rounds, given.steps, store / "models")
    if names and os.getloadavg()[0] > 0.5:
        print(f"bench: load is {os.getloadavg()[0]:.1f}; figures say something only on an idle machine", file=sys.stderr)
    plan = {name: sections.SECTIONS[name](options) for name in names}
    progress = Progress([run for runs in plan.values() for run in runs])
    for name, runs in plan.items():
        measure(name, runs, options, progress, store)
    path = given.report or (ROOT / "Documentation/Benchmarks.md" if given.steps is None else store / "Benchmarks.md")
    report.write(store, ROOT / "Documentation/Benchmarks.md", path)
    print(f"bench: wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
