//! Files that are damaged in every way of the catalogue of bad input, made by the thousand from one seed.

use flate2::{Compression, write::GzEncoder};
use std::io::Write;

pub const CANARY: &str = "CANARY";

/// SplitMix64: the same files on every machine.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `n` − 1.
    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    pub fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

pub const COLUMNS: [&str; 9] = ["id", "occurred_from", "strands", "recorded_on", "lon", "lat", "place", "offence", "victim"];

/// A good table of our own schema, full of canaries.
pub fn table(dice: &mut Dice) -> Vec<Vec<String>> {
    (0..5 + dice.below(30))
        .map(|i| {
            let day = 1 + dice.below(28);
            [
                format!("{CANARY}-é-{i}"),
                format!("2026-05-{day:02}T{:02}:15", dice.below(24)),
                dice.of(&["race", "religion;disability", "", "antisemitic"]).to_owned(),
                "2026-06-01".to_owned(),
                format!("-0.{:04}", 800 + dice.below(800)),
                format!("51.{:04}", 4900 + dice.below(300)),
                "point".to_owned(),
                dice.of(&["violence", "public_order"]).to_owned(),
                format!("{CANARY}-v-{i}"),
            ]
            .to_vec()
        })
        .collect()
}

pub fn csv(header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let lines = std::iter::once(header.join(",")).chain(rows.iter().map(|r| r.join(",")));
    lines.flat_map(|l| (l + "\n").into_bytes()).collect()
}

pub fn geojson(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter()
        .map(|r| {
            format!(
                r#"{{"type":"Feature","properties":{{"id":"{}","occurred_from":"{}","strands":"{}","offence":"{}"}},"geometry":{{"type":"Point","coordinates":[{},{}]}}}}"#,
                r[0], r[1], r[2], r[7], r[4], r[5]
            )
        })
        .collect()
}

pub fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A value that no column of its kind can hold.
fn nonsense(column: &str, dice: &mut Dice) -> String {
    match column {
        "id" => dice.of(&["", "  ", "CANARY\u{7}bell", "CANARYlong"]).replace("long", &"g".repeat(200)),
        "occurred_from" => dice
            .of(&[
                "",
                "CANARY",
                "yesterday",
                "2026-02-30",
                "31/12/2025",
                "2026-03-29T01:10",
                "2027-01-01",
                "1900-01-01",
                "2026-05-01T24:01",
                "2026-06-30T23:59:60Z",
                "-2026-05-01",
                "2026-06-02",
            ])
            .to_owned(),
        "strands" => dice.of(&["CANARY", "race,religion", "race;CANARY", "ginger"]).replace(',', ";CANARY;"),
        "recorded_on" => dice.of(&["CANARY", "2026-05", "2030-01-01", "0000-00-00", "1970-01-01"]).to_owned(),
        "lon" => dice.of(&["CANARY", "", "NaN", "inf", "-1e999", "530624", "200", "-1.55", "51.5", "0x1p3"]).to_owned(),
        "lat" => dice.of(&["CANARY", "", "nan", "-inf", "178388", "99", "-0.1", "51°30'N", "53.8"]).to_owned(),
        "place" => dice.of(&["CANARY", "online", "area", "here"]).to_owned(),
        "offence" => dice.of(&["CANARY", "rudeness"]).to_owned(),
        _ => "CANARY\u{1}".to_owned() + &"v".repeat(200),
    }
}

/// One damaged file: its name and bytes.
pub fn damaged(dice: &mut Dice, parquet: fn(&[Vec<String>]) -> Vec<u8>) -> (&'static str, &'static str, Vec<u8>) {
    let mut rows = table(dice);
    let row = dice.below(rows.len());
    let text = csv(&COLUMNS, &rows);
    let lines = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    match dice.below(34) {
        0 => {
            let packed = gzip(&text);
            let cut = dice.below(packed.len());
            ("gzip cut off", "x.csv.gz", packed[..cut].to_vec())
        }
        1 => {
            let mut packed = gzip(&text);
            let at = 10 + dice.below(packed.len() - 10);
            packed[at] ^= 1 << dice.below(8);
            ("gzip bit flipped", "x.csv.gz", packed)
        }
        2 => {
            let bytes: Vec<u8> = (0..=dice.below(400)).map(|_| dice.roll() as u8).collect();
            ("noise", dice.of(&["x.csv", "x.csv.gz", "x.geojson", "x.parquet"]), bytes)
        }
        3 => {
            rows[row].pop();
            ("row too short", "x.csv", csv(&COLUMNS, &rows))
        }
        4 => {
            rows[row].insert(dice.below(9), CANARY.to_owned());
            ("row too long", "x.csv", csv(&COLUMNS, &rows))
        }
        5 => {
            let field = dice.below(9);
            rows[row][field].insert(0, '"');
            ("quote not closed", "x.csv", csv(&COLUMNS, &rows))
        }
        6 => {
            let mut text = text;
            text.insert(dice.below(text.len()), 0);
            ("NUL", "x.csv", text)
        }
        7 => {
            let mut header = COLUMNS;
            header[dice.below(3)] = "CANARY";
            ("needed column missing", "x.csv", csv(&header, &rows))
        }
        8 => {
            let mut header = COLUMNS;
            header[3 + dice.below(6)] = dice.of(&["id", "Strands", "OCCURRED_FROM"]);
            ("column twice", "x.csv", csv(&header, &rows))
        }
        9..=13 => {
            let field = dice.below(9);
            rows[row][field] = nonsense(COLUMNS[field], dice);
            if dice.below(2) == 0 { ("nonsense", "x.csv", csv(&COLUMNS, &rows)) } else { ("nonsense", "x.parquet", parquet(&rows)) }
        }
        14 => {
            let wide = String::from_utf8(text).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
            ("UTF-16", "x.csv", wide)
        }
        15 => ("CR only", "x.csv", String::from_utf8(text).unwrap().replace('\n', "\r").into_bytes()),
        16 => {
            let mut lines: Vec<Vec<u8>> = lines(&text).into_iter().map(String::into_bytes).collect();
            lines[row + 1].insert(2, dice.of(&[&0xe9u8, &0xff, &0xc0, &0x80]).to_owned());
            ("mixed encodings", "x.csv", lines.join(&b'\n'))
        }
        17 => {
            let again = rows[row].clone();
            rows.push(again);
            if dice.below(2) == 0 {
                let last = rows.len() - 1;
                "transgender".clone_into(&mut rows[last][2]);
            }
            ("identifier twice", "x.csv", csv(&COLUMNS, &rows))
        }
        18 => {
            rows[row][0] = "a".repeat(1 << 20);
            ("record too long", "x.csv", csv(&COLUMNS, &rows))
        }
        19 => {
            let json = collection(&geojson(&rows));
            let cut = json.char_indices().map(|(i, _)| i).nth(1 + dice.below(json.chars().count() - 2)).unwrap();
            ("JSON cut off", "x.geojson", json.as_bytes()[..cut].to_vec())
        }
        20 => {
            let mut features = geojson(&rows);
            let deep = "[".repeat(130 + dice.below(5000));
            features[row] = dice
                .of(&[
                    "DEEP",
                    "null",
                    "\"CANARY\"",
                    "{}",
                    r#"{"type":"Feature","properties":7}"#,
                    r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,51]}}"#,
                    r#"{"type":"Feature","properties":{"id":"CANARY"},"geometry":{"type":"Point","coordinates":[1e999,51]}}"#,
                    r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[]}}"#,
                ])
                .replace("DEEP", &deep);
            ("feature damaged", "x.geojson", collection(&features).into_bytes())
        }
        21 => {
            let json = collection(&geojson(&rows));
            let (from, to) = [
                ("FeatureCollection", "CANARY"),
                ("\"features\":[", "\"CANARY\":["),
                ("\"features\":[", "\"crs\":\"CANARY\",\"features\":["),
                ("\"occurred_from\"", "\"CANARY\""),
            ][dice.below(4)];
            ("JSON of another kind", "x.geojson", json.replace(from, to).into_bytes())
        }
        22 => {
            let bytes = parquet(&rows);
            let cut = dice.below(bytes.len());
            let mut bytes = bytes[..cut].to_vec();
            if dice.below(2) == 0 {
                bytes.extend(b"PAR1");
            }
            ("Parquet cut off", "x.parquet", bytes)
        }
        23 => {
            let mut bytes = parquet(&rows);
            let at = bytes.len() - 8;
            let truth = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let lie =
                [0, 1, truth - 1, truth + 1, truth * 2, u32::MAX, i32::MAX as u32, dice.roll() as u32 | 1 << 30][dice.below(8)];
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            ("Parquet footer lies", "x.parquet", bytes)
        }
        24 => {
            let mut bytes = parquet(&rows);
            let len = bytes.len();
            let footer = u32::from_le_bytes(bytes[len - 8..len - 4].try_into().unwrap()) as usize;
            bytes[len - 8 - footer..][..16].fill(dice.of(&[&0u8, &0xff, &0x55]).to_owned());
            ("Parquet footer overwritten", "x.parquet", bytes)
        }
        26 => {
            let pair = [
                ("51.5074", "-0.1278"),
                ("0", "0"),
                ("-0.0", "0.0"),
                ("530624", "178388"),
                ("-13358.3", "6711542.1"),
                ("-1.55", "53.8"),
                ("-0.1278", ""),
                ("", "51.5074"),
                ("181", "91"),
            ][dice.below(9)];
            (rows[row][4], rows[row][5]) = (pair.0.to_owned(), pair.1.to_owned());
            ("coordinates of another kind", "x.csv", csv(&COLUMNS, &rows))
        }
        27 => {
            let field = 4 + dice.below(2);
            dice.of(&["\"530,624\"", "\"178,388.5\"", "\"1 234\"", "\"51,5074\""]).clone_into(&mut rows[row][field]);
            ("separator in a number", "x.csv", csv(&COLUMNS, &rows))
        }
        28 => {
            let mut both = text.clone();
            both.extend(if dice.below(2) == 0 { text } else { [b"\xef\xbb\xbf", text.as_slice()].concat() });
            ("the same month twice in one file", "x.csv", both)
        }
        29 => {
            let header: Vec<String> =
                COLUMNS.iter().map(|c| (*c).to_owned()).chain((0..250 + dice.below(300)).map(|i| format!("{CANARY}{i}"))).collect();
            let header: Vec<&str> = header.iter().map(String::as_str).collect();
            ("too many columns", "x.csv", csv(&header, &rows))
        }
        30 => {
            let text = String::from_utf8(text).unwrap();
            let last = text.trim_end().rfind('\n').unwrap() + 1;
            let cut = last + 1 + dice.below(text[last..].find(',').unwrap());
            ("CSV cut off", "x.csv", text.as_bytes()[..cut].to_vec())
        }
        31 => {
            let mut features = geojson(&rows);
            let instead = dice.of(&["{\"CANARY\":1}", "[]", "[[[[\"CANARY\"]]]]"]);
            features[row] =
                features[row].replacen("\"race\"", instead, 1).replacen("\"id\":\"", &format!("\"id\":{instead},\"x\":\""), 1);
            ("field that is a list", "x.geojson", collection(&features).into_bytes())
        }
        32 => {
            let mut features = geojson(&rows);
            let kind = dice.of(&["LineString", "Polygon", "MultiPoint", "CANARY", "GeometryCollection"]);
            features[row] = features[row].replace("\"Point\"", &format!("\"{kind}\""));
            ("geometry that is no point", "x.geojson", collection(&features).into_bytes())
        }
        33 => {
            let foreign = dice.of(&[
                "%PDF-1.7 CANARY",
                "PK\u{3}\u{4}CANARY",
                "<html>CANARY</html>",
                "SQLite format 3",
                "CANARY",
                "\n\n\n",
                " ",
            ]);
            ("file of another kind", dice.of(&["x.csv", "x.geojson", "x.parquet", "x.csv.gz"]), foreign.as_bytes().to_vec())
        }
        _ => {
            let mut bytes = parquet(&rows);
            // The first page of the first column begins after the magic.
            bytes[4..40].fill(dice.of(&[&0u8, &0xff, &0x7f]).to_owned());
            ("Parquet page overwritten", "x.parquet", bytes)
        }
    }
}
