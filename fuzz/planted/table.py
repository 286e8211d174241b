"""What `planted report` writes: a line a defect, and a summary."""
import math
import statistics

NEVER = math.inf


def median(entry, way, seeds):
    """Median seconds to find; NEVER if most seeds did not; None: not tried."""
    runs = entry["fuzz"].get(way)
    if not runs:
        return None
    times = sorted(run["seconds"] if run["found"] else NEVER for run in runs)
    return statistics.median_low(times + [NEVER] * (seeds - len(times)))


def seconds(value):
    if value is None:
        return "–"
    return "not found" if value == NEVER else f"{value:.1f} s"


def finder(entry, way):
    """Which target finds it, by what: that of the most seeds."""
    seen = [f"{run['target']} {run['by']}" for run in entry["fuzz"].get(way, []) if run["found"]]
    return statistics.mode(seen) if seen else ""


def ways_of(entries):
    return sorted({way for entry in entries for way in entry["fuzz"]}, reverse=True)


def is_missed(entry, options):
    """Whether no engine finds it, with the mutator."""
    tried = [median(entry, way, options.seeds) for way in options.ways if way.endswith("/on")]
    return bool(tried) and all(value in (None, NEVER) for value in tried)


def line(name, entry):
    """Progress, as text."""
    if "broken" in entry:
        return f"{name}: {entry['broken']}"
    parts = [f"{kind} {'+'.join(labels) or '–'}" for kind, labels in entry["tests"].items()]
    for way in sorted(entry["fuzz"], reverse=True):
        runs = entry["fuzz"][way]
        times = " ".join(f"{run['seconds']:.1f}" if run["found"] else "–" for run in runs)
        parts.append(f"{way} {times} {finder(entry, way)}".rstrip())
    return f"{name}: " + ", ".join(parts)


# ---- Markdown ---------------------------------------------------------------

def row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def defect_rows(entries, ways, seeds):
    yield row(["defect", "area", "unit tests", "cases", *ways, "found by"])
    yield row(["---"] * (5 + len(ways)))
    for name, entry in entries.items():
        by = next((finder(entry, way) for way in ways if finder(entry, way)), "")
        tests = [", ".join(entry.get("tests", {}).get(kind, [])) or "no"
                 for kind in ("unit", "cases")]
        yield row([f"`{name}`", entry["area"], *tests,
                   *[seconds(median(entry, way, seeds)) for way in ways], by or "–"])


def summary_rows(entries, ways, seeds):
    yield row(["found by", "defects", "of", "median", "slowest"])
    yield row(["---"] * 5)
    for kind, title in (("unit", "unit tests"), ("cases", "cases")):
        count = sum(bool(entry.get("tests", {}).get(kind)) for entry in entries.values())
        yield row([title, count, len(entries), "", ""])
    for way in ways:
        tried = [median(entry, way, seeds) for entry in entries.values()]
        tried = [value for value in tried if value is not None]
        hits = [value for value in tried if value != NEVER]
        slowest = max(hits) if hits else None
        yield row([way, len(hits), len(tried),
                   seconds(statistics.median_low(tried) if tried else None), seconds(slowest)])


def gain(entries, engine, seeds):
    """What the mutator is worth to the engine, as a sentence; None: not tried."""
    pairs = [(median(entry, f"{engine}/on", seeds), median(entry, f"{engine}/off", seeds))
             for entry in entries.values()]
    pairs = [(on, off) for on, off in pairs if on is not None and off is not None]
    if not pairs:
        return None
    both = [off / max(on, 0.05) for on, off in pairs if NEVER not in (on, off)]
    only = sum(on != NEVER and off == NEVER for on, off in pairs)
    lost = sum(on == NEVER and off != NEVER for on, off in pairs)
    ratio = f"{statistics.geometric_mean(both):.1f} times" if both else "–"
    middle = [statistics.median_low([pair[i] for pair in pairs]) for i in (0, 1)]
    return (f"{engine}: median {seconds(middle[0])} with the mutator, {seconds(middle[1])} without; "
            f"of the {len(both)} found both ways as soon as {ratio} (geometric mean); "
            f"{only} found only with it, {lost} only without.")


def markdown(entries, options):
    ways = ways_of(entries.values())
    missed = [name for name, entry in entries.items() if is_missed(entry, options)]
    lines = ["# The planted defects, and what finds them", "",
             f"Each fuzzer begins with one trivial input and the dictionary; {options.seeds} seeds, "
             f"{options.seconds:g} s of processor time a target and seed, "
             f"targets {', '.join(options.targets)} in turns; a time is the sum over them, "
             "on one core, and the median of the seeds.", ""]
    lines += [*summary_rows(entries, ways, options.seeds), ""]
    engines = sorted({way.split("/")[0] for way in ways}, reverse=True)
    gains = [gain(entries, engine, options.seeds) for engine in engines]
    lines += [line for text in gains if text for line in (text, "")]
    if missed:
        lines += ["Not found by any fuzzer with the mutator: "
                  + ", ".join(f"`{name}`" for name in missed) + ".", ""]
    lines += [*defect_rows(entries, ways, options.seeds), ""]
    lines += [f"- `{name}`: {entry['title']}" for name, entry in entries.items()]
    lines += [f"- `{name}`: not tried: {entry['broken']}" for name, entry in entries.items()
              if "broken" in entry]
    return "\n".join(lines) + "\n"
