/* Written by `npm run types` from the server's OpenAPI document: not by hand. */

/** How every row is accounted for: rows = mapped + area_only + online + no_place + rejected. */
export interface Account {
  area_only: number;
  mapped: number;
  no_place: number;
  online: number;
  rejected: number;
  rows: number;
}

/** A recording break. */
export interface AfterEntry {
  /** First day under the new recording; null where the break is no longer known. */
  from: string | null;
  id: string;
  what: string | null;
}

export interface AreaName {
  /** Such as a GSS code. */
  code: string;
  name: string;
}

/** What of a hotspot is attributed to events. Every figure is of the hotspot's period. */
export interface AttributionEntry {
  /** Incidents attributed, over the sets of strands. */
  attributed: number | null;
  /** By set of strands that events set off; empty when no event concerns the place in the period. */
  by_strands: StrandExcessEntry[];
  /** Incidents known to the day. */
  dated: number | null;
  months: Period | null;
  /** Whether the place would be no hotspot without them. */
  only_by_events: boolean | null;
  /** Why nothing can be said; then all else is null. */
  reason: string | null;
  share: number | null;
  /** Incidents without them, rounded. */
  without: number | null;
}

/** One borough; without a rate where residents are no fit denominator. */
export interface BoroughRow {
  code: string;
  hi: number | null;
  lo: number | null;
  n: number;
  name: string;
  /** Incidents per 1,000 residents a year, with exact 95 % Poisson limits. */
  rate_per_1000: number | null;
  residents: number | null;
}

/** Incidents by borough. */
export type Boroughs = Counted & { elsewhere: number; hour_unknown: number | null; no_place: number; online: number; release: string; rows: BoroughRow[]; total: number };

export interface BreakEntry {
  /** First day under the new recording. */
  from: string;
  /** What changed. */
  what: string;
}

/** Values of one layer by unit, in columns of equal length. */
export type Cells = Counted & { cells: Columns; hour_unknown: number | null; layer: string; legend: LegendEntry[]; n: number; off_map: OffMapEntry; release: string; resolution: number; unit: string };

export interface ChangeClassEntry {
  before: number;
  /** more, fewer, not_sure or nothing. */
  change: string;
  n: number;
  units: number;
}

/** Units with an incident in either period; columns of equal length. */
export interface ChangeColumns {
  before: number[];
  change: string[];
  hi: (number | null)[];
  /** H3 index in hexadecimal, or code of the area. */
  id: string[];
  lo: number[];
  n: number[];
  ratio: (number | null)[];
}

export interface ChangeEntry {
  before: number;
  /** more, fewer, not_sure or nothing. */
  change: string;
  /** Null when there was none before: no limit. */
  hi: number | null;
  lo: number;
  n: number;
  /** p adjusted over all places of its kind. */
  q: number;
  /** Null when there was none before. */
  ratio: number | null;
}

/** Control chart of the monthly counts; every month has the same limits. */
export interface ChartEntry {
  /** Months of the baseline, the first ones; those after them are judged by it. */
  baseline: number;
  center: number;
  /** xmr or poisson. */
  kind: string;
  /** A count below is a signal. */
  lower: number;
  signals: SignalEntry[];
  /** A count above is a signal. */
  upper: number;
}

export interface ChoiceEntry {
  id: string;
  label: string;
  n: number;
}

export interface ClassEntry {
  color: string;
  label: string;
}

/** Units of class 1 and up; class 0 is left out. */
export interface Columns {
  class: number[];
  /** H3 index in hexadecimal, or code of the area. */
  id: string[];
  n: number[];
  value: number[];
}

export type ComparedEntry = ChangeEntry & { id: string; name: string };

/** Places in two periods. A ratio is that of incidents a month, of this period by the other one, with exact 95 % limits. */
export type Comparison = Counted & { boroughs: ComparedEntry[]; breaks: BreakEntry[]; hotspots: ComparedEntry[]; hour_unknown: number | null; legend: ChangeClassEntry[]; level: number; release: string; resolution: number; same_season: boolean; total: ChangeEntry; units: ChangeColumns; versus: Period };

/** What is counted: as it is asked for, and as an answer repeats it. */
export interface Counted {
  /** all (default), or the code or name of a borough; an answer has the code. Records of the borough count; values of statistics are those beside the whole study area. A cell is shown whose middle lies in the borough, or which holds a record of it. */
  borough: string;
  /** all (default), or some of mon, tue, wed, thu, fri, sat, sun. */
  days: string;
  /** First month, YYYY-MM; default the release's window. */
  from: string;
  /** all (default), or some of night, morning, afternoon, evening: six hours each from midnight, local time. */
  hours: string;
  /** all (default), or groups of offences separated by commas. */
  offence: string;
  /** all (default), or states of the investigation separated by commas. */
  outcome: string;
  /** all (default), or kinds of place separated by commas. */
  setting: string;
  /** reported (default: all but police-generated), all, or a source. */
  source: string;
  /** all (default), or strands separated by commas: a record with any of them counts once. Of published counts by strand one alone. */
  strand: string;
  /** Last month, YYYY-MM. */
  to: string;
}

/** The course of one map. */
export interface CourseEntry {
  excess: number;
  excess_max: number;
  /** Share of the patrols over that of the need after the last month: the lowest, the median and the highest of the runs. */
  excess_min: number;
  /** Runs in which the map was locked in at some time. */
  locked: number;
  /** all records, corrected (found ones weighted by the inverse of attention), or reported ones alone. */
  map: string;
  /** Median of the months until then; null when half of the runs or more never were. */
  rounds: number | null;
}

/** The effect of an event. */
export type EffectEntry = ExcessEntry & { fitted: boolean; half_life: number; rise: number | null; together: string[]; until: string };

/** The emerging pattern of the place's peak. */
export interface EmergingEntry {
  /** Units of the place with the same pattern. */
  alike: number;
  /** Share of months in which the peak was hot. */
  hot_share: number;
  pattern: string;
  z_last: number | null;
}

/** A hotspot that has ended. */
export interface EndedEntry {
  first_seen: string;
  id: string;
  /** The hotspot that holds a part of it now. */
  into: string | null;
  /** Recorded incidents in the window of the release before. */
  n: number;
  name: string;
}

/** An event and its effect in the areas that it concerns; null and a reason where nothing can be said. */
export interface EventEntry {
  /** Codes of the areas; empty for all. */
  areas: string[];
  effect: EffectEntry | null;
  from: string;
  id: string;
  name: string;
  reason: string | null;
  /** Strands whose records were counted; empty for all. */
  strands: string[];
  to: string;
}

/** What the events of the calendar did. */
export interface Events {
  /** Events in the calendar, whatever strand they concern; 0 where none was supplied. */
  calendar: number;
  /** Those that concern the strand, by first day. */
  events: EventEntry[];
  /** Months held up to the last of the release's window. */
  months: Period;
  release: string;
  strand: string;
}

/** A hotspot is clear, or weak, when it has the least of each quantity; else it cannot be told. */
export interface EvidenceEntry {
  thresholds: ThresholdEntry[];
  version: string;
}

/** Observed minus expected, with 95 % interval. */
export interface ExcessEntry {
  /** Incidents on the days compared with, and these days. */
  baseline: number;
  baseline_days: number;
  /** Days looked at. */
  days: number;
  excess: number;
  /** Incidents expected on as many days. */
  expected: number;
  hi: number;
  lo: number;
  observed: number;
}

export interface FeedbackCaseEntry {
  /** What the loop alone adds to the share of the patrols: the map of all records less that of reported ones, mean of the runs. */
  by_the_loop: number;
  /** Share of records that come about by police presence. */
  discovery: number;
  maps: CourseEntry[];
}

/** Patrols that follow a map of all records, simulated on the units of the release. Shares are of all patrols or of all need. */
export interface FeedbackEntry {
  /** The share of police-generated records that there is, and a what-if. */
  cases: FeedbackCaseEntry[];
  /** A map is locked in when their share of the patrols is so much above that of the need. */
  margin: number;
  /** Months after which a record falls off the map. */
  memory: number;
  /** Their share of the need, as the release estimates it from reported records. */
  need_share: number;
  /** Of these, in units: what the simulation starts with. */
  on_map: number;
  /** Records of the window, police-generated ones in. */
  records: number;
  /** Months followed. */
  rounds: number;
  /** Runs of the simulation. */
  runs: number;
  sentence: string;
  /** Their share of the patrols at the start. */
  start_share: number;
  /** Of these, with a stated source. */
  stated: number;
  /** Units with the most records at the start: what follows is of them together. */
  top_units: number;
}

/** Only what occurs. */
export interface FilterEntries {
  /** Incidents whose hour is known. */
  hour_known: number;
  offence: ChoiceEntry[];
  outcome: ChoiceEntry[];
  setting: ChoiceEntry[];
}

export interface GapEntry {
  gap: Interval;
  location_quotient: Interval;
  need_share: Interval;
  /** How likely it gets less than 1 − delta of its share. */
  p_under: number;
  rank: number;
  rank_limits: number[];
  resource_share: number;
  /** questioned, not_questioned or cannot_tell. */
  verdict: string;
}

/** A GeoJSON polygon or multi-polygon. */
export interface Geometry {
  /** Polygons, rings, positions. */
  coordinates: (((number[])[])[])[];
  type: string;
}

export interface GiStarEntry {
  /** Conditional, greater. */
  p: number;
  /** Adjusted for all units (Benjamini and Hochberg). */
  q: number;
}

/** The months of a place since the last recording break that concerns it. A part without an answer is null, and `reasons` says why. */
export interface HistoryEntry {
  after: AfterEntry | null;
  chart: ChartEntry | null;
  /** Incidents by month used. */
  counts: number[];
  emerging: EmergingEntry | null;
  months: Period | null;
  near_repeats: NearRepeatsEntry | null;
  present: PresentEntry | null;
  reasons: Reasons;
  week: WeekEntry | null;
}

/** One hotspot. Every figure is of the period. */
export interface HotspotEntry {
  area_km2: number;
  borough: string | null;
  cells: string[];
  /** Since the release before: first (there was none), new, continued, grew, shrank, split or merged. */
  change: string;
  /** Whether it depends on one person, in words. */
  dependence: string;
  /** How sure it is: clear, weak or cannot_tell. */
  evidence: string;
  /** Expected number if incidents followed the reference measure. */
  expected: number;
  /** Month of the first release that had it. */
  first_seen: string;
  gi_star: GiStarEntry | null;
  /** Lasts from release to release. */
  id: string;
  /** Incidents whose victim, reporter and address are known by a pseudonym. */
  known: KnownEntry;
  /** Incidents by month of the period. */
  months: number[];
  /** Recorded incidents. */
  n: number;
  name: string;
  /** Hotspots before of which it holds a part, but for itself. */
  of: string[];
  /** Whether it would be none without what followed events of the calendar; false where no calendar was supplied. */
  only_by_events: boolean;
  order: OrderEntry | null;
  /** Unit with the highest rate. */
  peak: string;
  peak_rank: PeakRankEntry | null;
  per_km2_year: number;
  period: Period;
  /** Incidents by how well their point is known (address, device, postcode, street, snapped, unstated); empty where the release does not keep it. */
  precision: Record<string, number>;
  /** The same in words, with the metres within which the true place is taken to lie; null where the release does not keep it. */
  precision_words: string | null;
  /** Probability that the ratio is above the threshold. */
  probability: number;
  rank: number;
  /** Rates by named denominators, the reference measure of the rule first. */
  rates: RateEntry[];
  /** How many times the study area's rate, with 95 % credible interval. */
  ratio: number;
  ratio_hi: number;
  ratio_lo: number;
  /** Month in which it is next due for review. */
  review: string;
  /** In how many of the settings it is hot. */
  robustness: RobustnessEntry;
  scan: ScanEntry | null;
  /** Why it is a hotspot and how sure that is. */
  sentence: string;
  /** What keeps it from being clear. */
  short_of_clear: string[];
  /** Whether it would still be one if any one of its incidents were not there. */
  stands_without_one: boolean;
  /** Incidents by strand; strands overlap. Left out is a strand of which nothing is known here. */
  strands: Record<string, number>;
}

export interface HotspotFeature {
  geometry: Geometry;
  properties: HotspotEntry;
  type: string;
}

/** A hotspot as a GeoJSON feature with foreign members: what the list has of it, and its story over time. */
export interface HotspotStory {
  attribution: AttributionEntry | null;
  geometry: Geometry;
  history: HistoryEntry | null;
  properties: HotspotEntry;
  reference: string;
  release: string;
  /** Settings of the robustness, in words, in the order of `holds`. */
  settings: string[];
  strand: string;
  threshold: number;
  type: string;
}

/** Hotspots as a GeoJSON feature collection with foreign members. */
export interface Hotspots {
  /** Hotspots of the release before that this one has not got. */
  ended: EndedEntry[];
  features: HotspotFeature[];
  /** The least number of incidents with which the rule answers; null when it did. */
  minimum: number | null;
  /** Incidents in units in the window. */
  n: number;
  reference: string;
  release: string;
  /** Settings under which every hotspot was asked for again, the published one first. */
  settings: string[];
  strand: string;
  threshold: number;
  type: string;
  /** analysed, or cannot_tell: too few incidents, so that nothing may be read from the empty list. */
  verdict: string;
}

/** A mean with its interval; null where it is infinite. */
export interface Interval {
  hi: number | null;
  lo: number | null;
  mean: number | null;
}

export interface KnownEntry {
  premises: number;
  reporter: number;
  victim: number;
}

export interface LayerEntry {
  /** Classes of the value, the first drawn empty; none for outlines. */
  classes: ClassEntry[];
  definition: string;
  id: string;
  /** units (cells or areas with a value) or outline. */
  kind: string;
  label: string;
  method: string;
  /** Unit of the value; null for outlines. */
  unit: string | null;
}

export interface LegendEntry {
  /** Units in the class, inside the box if one was given. */
  cells: number;
  color: string;
  /** Incidents in them. */
  incidents: number;
  label: string;
}

/** Who asks, as the server knows him. */
export interface Me {
  name: string | null;
  /** For what he looks. */
  purpose: string | null;
  /** analyst, oversight, partner, public, batch or admin. */
  role: string | null;
  /** none: nobody signs in, and everybody is an analyst who tries no other role; development: whoever he says; issuer: through the issuer of the settings. */
  sign_in: string;
  /** What a page sends with the header X-Hotspot-Token when it changes something. */
  token: string;
}

/** An event by name. */
export interface NamedEvent {
  from: string;
  id: string;
  name: string;
  to: string;
}

/** Incidents that followed another of the strand nearby and soon. */
export interface NearRepeatsEntry {
  /** Repeats to expect if those round each had fallen on any day alike. */
  by_chance: number;
  days: number;
  /** Incidents of which it can be said. */
  judged: number;
  metres: number;
  /** The others: without day or position, or in the first days. */
  not_judged: number;
  repeats: number;
}

export interface OffMapEntry {
  /** Known to a borough or other area only, with those withheld from every unit. */
  area_only: number;
  no_place: number;
  online: number;
  /** Outside the study area. */
  outside: number;
}

/** A hotspot and the next one on the list (by rank), by their recorded rates: incidents by what the reference measure expects. */
export interface OrderEntry {
  /** The higher rate over the lower one: if reporting differs by more, the order is the other; null without bound. */
  factor: number | null;
  /** Lower 95 % limit of the factor: so far the order stands. */
  factor_lo: number;
  /** this or next: whose recorded rate is the higher; neither when they are equal. */
  higher: string;
  /** Identifier of the next one. */
  next: string;
  /** Whether that order is sure if reporting is alike. */
  stands: boolean;
}

/** What was asked, and how. */
export interface Parameters {
  /** How amounts of wider areas were spread. */
  apportion: string;
  /** Draws of each gap. */
  draws: number;
  /** Version of the weights of harm; null where incidents count alike. */
  harm: string | null;
  /** Level of the intervals. */
  interval: number;
  /** hotspot, borough, bcu or area. */
  level: string;
  /** Length of the next period. */
  months: number;
  /** What the need counts: incidents, victims or repeat-victims. */
  need: string;
  /** The day on which resources were looked at. */
  on: string;
  seed: number;
  /** Null for all records. */
  strand: string | null;
}

/** 1 is the highest rate. */
export interface PeakRankEntry {
  hi: number;
  /** Probability of being among the highest 1 %. */
  in_top: number;
  /** 95 % interval of the rank. */
  lo: number;
  of: number;
}

/** Months from and to, both included. */
export interface Period {
  from: string;
  to: string;
}

/** Hotspots that would not be one without the records of a single victim, reporter or address are not shown. */
export interface PersonCheckEntry {
  /** Records in units before the check. */
  mapped: number;
  /** False when no record has a victim's pseudonym: then nobody knows. */
  possible: boolean;
  /** Of these, with a victim's pseudonym. */
  victims_known: number;
  /** Of these, withheld from every unit; they count for their borough. */
  withheld: number;
}

/** One place against every kind of resource. */
export type PlaceAnswer = Parameters & { caveat: string; kinds: PlaceKind[]; policy: PolicyEntry; release: string; unanswered: Unanswered[]; window: Period };

/** A place and one kind of resource. */
export type PlaceEntry = GapEntry & { amount: number; apportioned: number; bcu: string | null; borough: string | null; expected: number; expected_incidents: number; holds_in: number; id: string; incidents: number; incidents_status: string | null; incidents_supposed: number | null; is_rest: boolean; name: string; planned: number | null; settings: number; similar: SimilarEntry | null; under_settings: (SettingEntry | null)[] };

export interface PlaceFeature {
  geometry: Geometry;
  properties: PlaceToEngageEntry;
  type: string;
}

/** One kind of resource at one place. */
export interface PlaceKind {
  /** Where the place stands among those most like it, in words; null where there is no group. */
  beside: string | null;
  kind: string;
  /** The kind in words. */
  label: string;
  place: PlaceEntry;
  /** The verdict with the figures that it rests on, in words. */
  sentence: string;
  /** planned or delivered. */
  status: string;
  unit: string;
}

/** A place to engage. */
export interface PlaceToEngageEntry {
  borough: string | null;
  name: string;
  /** ... and so many, to hundredths upwards; null when any number would do. */
  reporting_hi: number | null;
  /** So few reports would be usual if what happens were reported between so many times as often as elsewhere, to hundredths downwards ... */
  reporting_lo: number;
  sentence: string;
  /** H3 cell in hexadecimal, or code of the area. */
  unit: string;
}

/** When a place is questioned. */
export interface PolicyEntry {
  /** By which part of its need share a place may be short. */
  delta: number;
  /** Largest mean 1 − P of the list. */
  error: number;
  /** Fewest expected incidents. */
  minimum_expected: number;
  /** P from which it is questioned. */
  probability: number;
  version: string;
}

/** Months with an incident. */
export interface PresentEntry {
  first: string;
  last: string;
  months: number;
  of: number;
}

/** The rate by one denominator. Without numbers the denominator is unfit for this place. */
export interface RateEntry {
  denominator: string;
  hi: number | null;
  lo: number | null;
  /** Incidents where the denominator is known. */
  n: number | null;
  name: string;
  /** Probability that the ratio is above the threshold. */
  probability: number | null;
  /** With exact 95 % Poisson limits. */
  rate: number | null;
  /** How many times the study area's rate, with 95 % credible interval. */
  ratio: number | null;
  ratio_hi: number | null;
  ratio_lo: number | null;
  /** Per what the rate is, a year. */
  unit: string;
}

/** Why a part is null; null where there is an answer. */
export interface Reasons {
  chart: string | null;
  emerging: string | null;
  near_repeats: string | null;
  present: string | null;
  week: string | null;
}

export interface RecordEntry {
  /** Reference at the publisher. */
  id: string;
  /** minute, day, month or interval. */
  known_to: string;
  /** Local date and time, as exactly as it is known. */
  occurred: string;
  offence: string;
  outcome: string;
  /** How well its point is known. */
  precision: string;
  recorded_on: string | null;
  setting: string;
  source: string;
  status: string;
  strands: string[];
}

/** The reported records whose points lie in a hotspot. The hotspot counts events, of which several records may tell, and leaves out what hangs on one person: the numbers differ. */
export interface Records {
  hotspot: string;
  /** Events that the hotspot counts. */
  n: number;
  name: string;
  period: Period;
  /** The latest first. */
  records: RecordEntry[];
  release: string;
  strand: string;
}

/** What a release says of itself. */
export interface ReleaseEntry {
  /** State of the store, `YYYY-MM-DD`. */
  as_known_on: string;
  /** The boroughs (or other reporting areas) that can be filtered for; none where the release has none. */
  boroughs: AreaName[];
  /** West, south, east, north in degrees. */
  bounds: number[];
  /** Breaks of recording across which figures must not be compared. */
  breaks: BreakEntry[];
  /** What has to stand beside every figure of this release, in words: boroughs as good as not recorded, totals that are sums of strands. */
  cautions: string[];
  /** synthetic or open. */
  class: string;
  /** Thresholds of the words for evidence. */
  evidence: EvidenceEntry;
  feedback: FeedbackEntry | null;
  /** What the records of the window can be filtered for, all sources. */
  filters: FilterEntries;
  id: string;
  licence: string | null;
  /** Last month of the window. */
  month: string;
  /** Months that can be asked for. */
  months: Period;
  /** Mapped, but outside the study area. */
  outside: number;
  /** Whether hotspots were asked for dependence on one person. */
  person_check: PersonCheckEntry;
  reconciliation: Account;
  /** Reference measure of the hotspot rule. */
  reference: string;
  /** H3 resolution of the hotspots; 0 when the units are areas. */
  resolution: number;
  /** H3 resolutions that can be asked for. */
  resolutions: number[];
  sources: SourceEntry[];
  strands: StrandEntry[];
  study_area: string;
  /** Hot means a rate above this many times the study area's. */
  threshold: number;
  /** Months of the hotspots. */
  window: Period;
}

/** The analysis made again under other settings. */
export interface RobustnessEntry {
  /** Settings in which it is not. */
  fails: string[];
  /** Settings in which it is hot, and that say anything of it. */
  held: number;
  /** By setting of the list: 1 hot, 0 not hot, - nothing is said. */
  holds: string;
  said: number;
  /** Mean over its incidents of the share of settings in which their place is hot; null when no setting says anything. */
  share: number | null;
}

export interface ScanEntry {
  /** From 1, the strongest. */
  cluster: number;
  expected: number;
  /** Incidents in the whole cluster. */
  n: number;
  /** Adjusted for all circles. */
  p: number;
  /** Incidents of the hotspot in it. */
  shared: number;
}

export interface SettingEntry {
  gap: number;
  verdict: string;
}

/** Something unlike the baseline. */
export interface SignalEntry {
  from: string;
  /** Whether it reaches into the months that are judged. */
  late: boolean;
  rule: string;
  /** above or below. */
  side: string;
  to: string;
}

/** Places to engage as a GeoJSON feature collection with foreign members: where reports are to be expected and few come, the most conspicuous first. None of its numbers is a count of crime. */
export interface Silence {
  /** Units that were asked about. */
  asked: number;
  /** Of these, those that could have been named at all: they would be if not one report came from there. */
  could_be_named: number;
  /** Highest false discovery rate of the list. */
  false_discovery_rate: number;
  features: PlaceFeature[];
  /** Level of the bounds of reporting. */
  level: number;
  /** What says where reports are to be expected; a place is named only when every one of them does. */
  measures: string[];
  period: Period;
  release: string;
  /** H3 resolution of the places; 0 when they are areas. */
  resolution: number;
  /** How many places, and how far the question could see. */
  sentence: string;
  type: string;
  /** Why there is no map of silence; null when there is one, also when it is empty. */
  why_not: string | null;
}

/** A place beside those most like it. */
export interface SimilarEntry {
  /** Places of the group, itself included. */
  group: number;
  /** Of the others. */
  median: number;
  /** Ids of the others, the most alike first. */
  others: string[];
  /** Amount for each expected incident. */
  per_incident: number;
  /** Lowest and highest of the others. */
  range: number[];
  /** 1 for the lowest of the group. */
  rank: number;
}

export interface SourceEntry {
  id: string;
  label: string;
}

export interface StrandEntry {
  /** Whether hotspots were asked for; the records of any strand can be counted. */
  analysed: boolean;
  /** Number of hotspots; null when there are too few incidents to tell, and without an analysis. */
  hotspots: number | null;
  /** all or a strand. */
  id: string;
  label: string;
  /** Incidents in the window. */
  n: number;
  parent: string | null;
}

/** Excess on the days of events that set off the same strands. */
export interface StrandExcessEntry {
  /** Incidents attributed: the excess of two incidents or more where its whole interval is above 0, and 0 else. */
  attributed: number;
  events: NamedEvent[];
  excess: ExcessEntry;
  /** The strands; empty for all records. */
  strands: string[];
}

export interface ThresholdEntry {
  least: number;
  /** incidents, probability, settings, robustness or, of restricted records, victims_known. */
  quantity: string;
  /** clear or weak. */
  word: string;
}

/** A kind without an answer. */
export interface Unanswered {
  kind: string;
  why: string;
}

/** Incidents by part of the week. */
export interface WeekEntry {
  /** By day, Monday first, then by hours 0 to 5, 6 to 11, 12 to 17, 18 to 23. */
  counts: (number[])[];
  /** Incidents whose hour is known: the sum of the counts. */
  known: number;
  of: number;
}
