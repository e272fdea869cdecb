"""Incidents of a file counted by borough, month and strand: hotspot beside shapely with polars, geopandas, and polars without a join.

    cargo bench -p hotspot-pipeline --bench borough_counts --no-run        # prints the path of BENCH
    python benches/peers/borough_counts.py BENCH HOTSPOT WORK [--size 1000000] [--format parquet] [--reps 3] [--geopandas]

HOTSPOT is the release binary, WORK the folder that the peers' make_work.py fills. Each runs in a process of its own on one thread
of one core; printed are CPU seconds (user + system, the whole process, interpreters and imports too, and the part from reading
the file to the answer), the least of the runs, and the peak of memory. The counts of shapely and of hotspot are compared cell by
cell first. needs shapely 2, polars, numpy; geopandas if asked for.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

COLUMNS = ["occurred_at", "lon", "lat", "strand"]


def cpu():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def read(file):
    import polars as pl

    return pl.scan_parquet(file) if file.endswith(".parquet") else pl.scan_csv(file, try_parse_dates=True)


def month():
    import polars as pl

    return pl.col("occurred_at").dt.truncate("1mo").dt.date().alias("month")


def shapely_polars(file, boroughs):
    """No tree: prepared polygons against the points in their boxes. The best that Python has."""
    import numpy as np
    import polars as pl
    import shapely

    features = json.loads(Path(boroughs).read_text())["features"]
    frame = read(file).select(COLUMNS).collect()
    x, y = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    rows = np.full(len(x), -1, dtype=np.int16)
    for row, feature in enumerate(features):
        polygon = shapely.from_geojson(json.dumps(feature["geometry"]))
        west, south, east, north = polygon.bounds
        near = np.flatnonzero((rows < 0) & (x >= west) & (x <= east) & (y >= south) & (y <= north))
        shapely.prepare(polygon)
        rows[near[shapely.contains_xy(polygon, x[near], y[near])]] = row
    counts = frame.with_columns(pl.Series("row", rows)).group_by("row", month(), "strand").agg(pl.len().alias("n"))
    names = [f["properties"]["name"] for f in features] + ["in no area"]
    return {(names[row], f"{m:%Y-%m}", strand): n for row, m, strand, n in counts.iter_rows()}


def geopandas_join(file, boroughs):
    import geopandas
    import pandas

    polygons = geopandas.read_file(boroughs)[["name", "geometry"]]
    if file.endswith(".parquet"):
        frame = pandas.read_parquet(file, columns=COLUMNS)
    else:
        frame = pandas.read_csv(file, usecols=COLUMNS, parse_dates=["occurred_at"], engine="pyarrow")
    points = geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(frame.lon, frame.lat), crs=4326)
    joined = geopandas.sjoin(points, polygons, predicate="within")
    joined["month"] = joined.occurred_at.values.astype("datetime64[M]")
    counts = joined.groupby(["name", "month", "strand"], observed=True).size()
    return {(name, f"{m:%Y-%m}", strand): int(n) for (name, m, strand), n in counts.items()}


def polars_no_join(file, _boroughs):
    import polars as pl

    counts = read(file).group_by((pl.col("incident_id") % 33).alias("row"), month(), "strand").agg(pl.len().alias("n")).collect()
    return {(str(row), f"{m:%Y-%m}", strand): n for row, m, strand, n in counts.iter_rows()}


WAYS = {f.__name__: f for f in (shapely_polars, geopandas_join, polars_no_join)}


def hotspot(binary, file, boroughs):
    import csv

    out = subprocess.run(
        [binary, "stats", "borough-counts", "--points", file, "--date", "occurred_at", "--category", "strand"]
        + ["--areas", boroughs, "--area-code", "name"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = csv.DictReader(out.splitlines())
    return {(r["name"], r["month"], r["category"]): int(r["count"]) for r in rows if r["count"] != "0"}


def run(command, environment):
    """CPU seconds of the whole process, and its last line."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, env=environment)
        _, status, use = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"failed: {command}")
        out.seek(0)
        return use.ru_utime + use.ru_stime, json.loads(out.read().strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("hotspot")
    parser.add_argument("work")
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--geopandas", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    file = f"{options.work}/incidents_{options.size}.{options.format}"
    boroughs = f"{options.work}/boroughs_detailed.geojson"
    if options.one:
        way = WAYS[options.one]
        before = cpu()
        counts = way(file, boroughs)
        taken = cpu() - before
        # Not ru_maxrss, which a child takes over from its parent.
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        print(json.dumps({"cpu_seconds": taken, "rss_mb": int(peak.split()[1]) // 1024, "n": sum(counts.values())}))
        return

    ours = hotspot(options.hotspot, file, boroughs)
    theirs = shapely_polars(file, boroughs)
    differ = {k for k in ours.keys() | theirs.keys() if ours.get(k, 0) != theirs.get(k, 0)}
    print(f"{len(ours)} counts of {sum(ours.values())} incidents; {len(differ)} differ from shapely's")
    one = {k: "1" for k in ("RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS", "PYARROW_NUM_THREADS")}
    environment = {**os.environ, **one}
    core = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
    here = [sys.executable, __file__, options.bench, options.hotspot, options.work, "--size", str(options.size)]
    here += ["--format", options.format, "--one"]
    commands = {"hotspot": [options.bench, "--once", "ours", file, boroughs]}
    commands["of it, the polygons"] = [options.bench, "--once", "areas", file, boroughs]
    commands["polars in Rust, no join"] = [options.bench, "--once", "polars", file, boroughs]
    for name in WAYS:
        if name != "geopandas_join" or options.geopandas:
            commands[name] = [*here, name]
    # One after the other in turn, so that what else runs on the machine falls on all.
    runs = {name: [] for name in commands}
    for _ in range(options.reps):
        for name, command in commands.items():
            runs[name].append(run(core + command, environment))
    base = min(r[1]["cpu_seconds"] for r in runs["hotspot"])
    print(f"{'way':26} {'CPU s':>8} {'ratio':>7} {'process':>8} {'MB':>6}")
    for name, taken in runs.items():
        part, whole = min(r[1]["cpu_seconds"] for r in taken), min(r[0] for r in taken)
        peak = max(r[1]["rss_mb"] for r in taken)
        print(f"{name:26} {part:8.3f} {part / base:7.2f} {whole:8.3f} {peak:6}")


if __name__ == "__main__":
    main()
