"""Points to London's boroughs: hotspot beside shapely and geopandas, in one run, on the same points and polygons.

    cargo bench -p hotspot-core --bench borough_assignment --no-run        # prints the path of the binary
    python benches/peers/borough_strtree.py BINARY [--points 1000000]

needs shapely 2, geopandas and numpy. CPU seconds (user + system, all threads) of the assignment alone: making the points,
reading polygons and building trees are timed apart. Then compares the answers point by point.
"""

import argparse
import json
import resource
import subprocess
import tempfile
from pathlib import Path

import geopandas
import numpy as np
import shapely

CHUNK = 1_000_000


def points(start, stop):
    """SplitMix64 by index (Steele et al. 2014): the same numbers as in borough_assignment.rs."""
    n = np.arange(start, stop, dtype=np.uint64)

    def unit(k):
        z = (k + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    two = np.uint64(2)
    return -0.515 + unit(two * n) * 0.855, 51.28 + unit(two * n + np.uint64(1)) * 0.415


def cpu():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def first(size, point_rows, polygon_rows):
    codes = np.full(size, 255, dtype=np.uint8)
    order = np.argsort(polygon_rows, kind="stable")[::-1]
    codes[point_rows[order]] = polygon_rows[order]
    return codes


def points_against_tree(boroughs, x, y):
    """A tree of polygons, asked for each point: geometries are made from the columns first, as a user must."""
    rows, hits = points_against_tree.tree.query(shapely.points(x, y), predicate="within")
    return first(len(x), rows, hits)


def polygons_against_tree(boroughs, x, y):
    """A tree of points, asked for each polygon, which shapely then prepares: the fast way round."""
    hits, rows = shapely.STRtree(shapely.points(x, y)).query(boroughs.geometry.to_numpy(), predicate="contains")
    return first(len(x), rows, hits)


def prepared_by_box(boroughs, x, y):
    """No tree: prepared polygons against the points in their boxes, no geometry per point. The best that shapely has."""
    codes = np.full(len(x), 255, dtype=np.uint8)
    for row in range(len(boroughs) - 1, -1, -1):
        polygon = boroughs.geometry.iloc[row]
        west, south, east, north = polygon.bounds
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        codes[near[shapely.contains_xy(polygon, x[near], y[near])]] = row
    return codes


def spatial_join(boroughs, x, y):
    frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y), crs="EPSG:4326")
    joined = geopandas.sjoin(frame, boroughs, predicate="within")
    return first(len(x), joined.index.to_numpy(), joined["index_right"].to_numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--points", type=int, default=CHUNK)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "codes"
        run = subprocess.run(
            [options.binary, "--codes", str(file), str(options.points)], check=True, capture_output=True, text=True
        )
        ours = json.loads(run.stdout.strip().splitlines()[-1])
        codes = np.fromfile(file, dtype=np.uint8)
        polygons = shapely.from_wkt(Path(f"{file}.wkt").read_text().splitlines())
    boroughs = geopandas.GeoDataFrame(geometry=polygons, crs="EPSG:4326")
    shapely.prepare(boroughs.geometry.to_numpy())
    points_against_tree.tree = shapely.STRtree(boroughs.geometry.to_numpy())
    ways = [points_against_tree, polygons_against_tree, prepared_by_box, spatial_join]
    seconds = dict.fromkeys([w.__name__ for w in ways], 0.0)

    differ = dict.fromkeys(seconds, 0)
    shown = 0
    for start in range(0, options.points, CHUNK):
        x, y = points(start, min(start + CHUNK, options.points))
        for way in ways:
            before = cpu()
            theirs = way(boroughs, x, y)
            seconds[way.__name__] += cpu() - before
            unequal = np.flatnonzero(theirs != codes[start : start + len(x)])
            differ[way.__name__] += len(unequal)
            for row in unequal[: max(0, 5 - shown)]:
                shown += 1
                point = shapely.Point(x[row], y[row])
                metres = min(p.boundary.distance(point) for p in polygons) * 111_195
                print(f"differs: ours {codes[start + row]}, {way.__name__} {theirs[row]}, {metres:.9f} m from a border")

    print(json.dumps(ours))
    print(f"{'way':24} {'CPU s':>8} {'ratio':>7} {'differ':>7}")
    print(f"{'hotspot':24} {ours['assign_cpu_s']:8.3f} {1:7.1f}")
    for name, taken in seconds.items():
        print(f"{name:24} {taken:8.3f} {taken / ours['assign_cpu_s']:7.1f} {differ[name]:7}")
    print(f"inside: {np.count_nonzero(codes != 255)} of {options.points}")


if __name__ == "__main__":
    main()
