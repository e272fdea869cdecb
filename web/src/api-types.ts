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

export interface AreaOutline {
  /** Code of its borough. */
  borough: string;
  code: string;
  /** A multipolygon; null where outlines are not given. */
  geometry: Record<string, unknown> | null;
}

export interface Areas {
  control: SideEntry;
  place: SideEntry;
  ring: SideEntry;
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

export interface BoroughEntry {
  code: string;
  name: string;
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
export type Cells = Counted & { cells: Columns; hour_unknown: number | null; layer: string; legend: LegendEntry[]; n: number; release: string; resolution: number; unit: string };

/** Resources against need: by kind, the places by shortfall. Shares are 0 to 1, gaps resource share less need share. */
export type ChallengeAnswer = Parameters & { caveat: string; effects: ResourceEffectEntry[]; effects_caveat: string; fairness_caveat: string; kinds: KindEntry[]; made_from: MadeFrom | null; policy: PolicyEntry; reconciled: string | null; release: string; unanswered: Unanswered[]; window: Period };

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
  /** all (default) or a strand. */
  strand: string;
  /** Last month, YYYY-MM. */
  to: string;
}

export interface CourseChartEntry {
  center: number;
  lower: number;
  upper: number;
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

export interface CoverEntry {
  /** In places that get at least their share. */
  enough: ShareLimits;
  /** In places that get nothing. */
  nothing: number;
  /** In places that are questioned. */
  questioned: number;
  questioned_ratio: number | null;
  /** In places that get less than 1 − delta of their share: expected share by how likely each place does. */
  short: ShareLimits;
  short_ratio: ShareLimits | null;
}

export interface DelayEntry {
  /** Half came within so many months. */
  median: number;
  /** Recorded in the period. */
  n: number;
  /** Nine of ten came within so many months. */
  ninetieth: number;
  /** Of these, in the month in which they happened. */
  same_month: number;
}

/** Weighted displacement difference with its 95 % intervals. */
export interface DifferenceEntry {
  /** Both. */
  both: Limits;
  /** Change of the place less that of the control. */
  place: Limits;
  ring: Limits | null;
}

export interface DueEntry {
  /** mopac or mps. */
  by: string;
  duty: string;
  /** The last day on which it is in time. */
  on: string;
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

/** Who is covered: shares are 0 to 1, of what lies in any place of the scope. */
export interface FairnessEntry {
  /** Groups of people that were supplied. */
  groups: GroupCoverEntry[];
  /** Stops and searches that were supplied. */
  stops: StopCoverEntry[];
  /** All records first, then the strands that are analysed. */
  strands: StrandCoverEntry[];
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

/** A file that figures come from. */
export interface FileEntry {
  name: string;
  sha256: string;
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

export interface GroupCoverEntry {
  /** Areas that they are supplied for. */
  areas: number;
  cover: CoverEntry | null;
  group: string;
  people: number;
  residents: CoverEntry | null;
  /** Of these, areas that lie in several places and are split by residents. */
  split: number;
}

/** How much is hidden. */
export interface HiddenEntry {
  /** Hidden so that a small one stays hidden. */
  beside: number;
  figures: number;
  /** Hotspots of all records, and those of them without a count. */
  hotspots: number[];
  /** The same of hotspots of strands. */
  of_strands: number[];
  /** Too small. */
  small: number;
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
  /** Why it is a hotspot and how sure that is. Whether it would be none without what followed events of the calendar; false where no calendar was supplied. */
  only_by_events: boolean;
  order: OrderEntry | null;
  /** Unit with the highest rate. */
  peak: string;
  peak_rank: PeakRankEntry | null;
  per_km2_year: number;
  period: Period;
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
  sentence: string;
  /** What keeps it from being clear. */
  short_of_clear: string[];
  /** Whether it would still be one if any one of its incidents were not there. */
  stands_without_one: boolean;
  /** Incidents by strand; strands overlap. */
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

/** One kind of resource. */
export interface KindEntry {
  /** Who is covered: people and strands' incidents in places that are short. */
  fairness: FairnessEntry;
  gini: number;
  kind: string;
  /** Share that would have to be elsewhere for shares to agree. */
  misplaced: number;
  /** Amounts that no place gets. */
  outside: number;
  /** By shortfall, the largest first. */
  places: PlaceEntry[];
  /** The settings under which it was asked again, in words. */
  settings: string[];
  /** By what places are alike, in words. */
  similar_rule: string;
  sources: string[];
  /** planned or delivered. */
  status: string;
  unit: string;
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

/** The layers that can be drawn. */
export interface Layers {
  /** The default first. */
  layers: LayerEntry[];
}

export interface LedgerEntry {
  after: string;
  before: string;
  measured_to: string;
}

export interface LegendEntry {
  /** Units in the class, inside the box if one was given. */
  cells: number;
  color: string;
  /** Incidents in them. */
  incidents: number;
  label: string;
}

/** A mean with its 95 % interval. */
export interface Limits {
  hi: number;
  lo: number;
  mean: number;
}

/** The published figures that an answer is made of. */
export interface MadeFrom {
  /** Whole quarters in which incidents are counted. */
  counted: Period;
  hotspots: number;
  /** Version of the policy. */
  policy: string;
  /** Counts below this are not told. */
  threshold: number;
  /** Of these, hotspots without a count that can be told: they are in the rest of their command unit. */
  without_count: number;
}

/** Under what something is given. */
export interface Mark {
  agreement: string;
  /** What may not be done with it. */
  condition: string;
  /** The last day on which it may be kept. */
  keep_until: string;
  purpose: string;
  recipient: string;
}

/** Who asks, as the server knows him. */
export interface Me {
  name: string | null;
  /** For what he looks. */
  purpose: string | null;
  /** analyst, oversight, partner, public, batch or admin. */
  role: string | null;
  /** none: nobody signs in, and everybody is an analyst; development: whoever he says; issuer: through the issuer of the settings. */
  sign_in: string;
  /** What a page sends with the header X-Hotspot-Token when it changes something. */
  token: string | null;
}

/** A measure, by area and strand; without series where no figures were supplied. */
export interface MeasureEntry {
  /** Actions of the strategy. */
  action: string;
  definition: string;
  /** higher, lower or neither: which way is better. */
  direction: string;
  id: string;
  /** How limits are made. */
  interval: string;
  /** count, proportion, survey, cohort, median or complete. */
  kind: string;
  owner: string;
  series: SuccessSeries[];
  source: string;
  title: string;
  unit: string;
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

export interface NextStep {
  roles: string[];
  step: string;
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

/** What the agreement of a partner gives. */
export interface PartnerProducts {
  area_figures: RoundedFigures;
  areas: AreaOutline[];
  borough_figures: RoundedFigures;
  boroughs: ProductBorough[];
  fields: string[];
  hotspots: ProductHotspotEntry[];
  /** Counts below are not given; one sign stands for them and for those that are hidden. */
  least: number;
  mark: Mark;
  origin: ProductOrigin;
  products: string[];
  /** Counts are rounded to the nearest multiple. */
  rounded_to: number;
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

/** A figure of a period, its value in the unit of the measure. */
export interface PeriodEntry {
  chart: CourseChartEntry | null;
  effective_n: number | null;
  lower: number | null;
  /** Whole, cases, respondents or events. */
  n: number;
  note: string;
  numerator: number | null;
  /** Cases of a cohort that are not decided. */
  open: number | null;
  period: Period;
  /** Of a cohort that is not closed: the least and the most that it can come to. */
  range: number[] | null;
  source: string;
  /** Why there is no value. */
  status: string | null;
  upper: number | null;
  value: number | null;
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

/** A place and one kind of resource. */
export type PlaceEntry = GapEntry & { amount: number; apportioned: number; bcu: string | null; borough: string | null; expected: number; expected_incidents: number; holds_in: number; id: string; incidents: number; incidents_status: string | null; incidents_supposed: number | null; is_rest: boolean; name: string; planned: number | null; settings: number; similar: SimilarEntry | null; under_settings: (SettingEntry | null)[] };

export interface PlaceFeature {
  geometry: Geometry;
  properties: PlaceToEngageEntry;
  type: string;
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

/** An error (RFC 9457). */
export interface Problem {
  /** What may stand there. */
  allowed?: string | null;
  detail: string;
  /** The address as the service names it, such as `/api/v1/hotspots/{id}`: the one that was asked for may name somebody. */
  instance: string;
  /** The parameter that was refused. */
  parameter?: string | null;
  /** Under this id it stands in the log. */
  request_id: string;
  status: number;
  title: string;
  /** What kind of problem it is. */
  type: string;
}

export interface ProductBorough {
  code: string;
  name: string;
}

/** A hotspot as an object; what is not given is not there. */
export interface ProductHotspotEntry {
  /** Codes of the areas that it touches. */
  areas: string[];
  /** Code of its borough. */
  borough: string;
  /** first, new, continued, grew, shrank, split or merged. */
  change?: string | null;
  /** clear, weak or cannot_tell. */
  evidence?: string | null;
  id: string;
  /** Rounded; null where it is not shown or not given. */
  incidents: number | null;
  name: string;
  strand: string;
}

/** Of what a product is. */
export interface ProductOrigin {
  as_known_on: string;
  counted: Period | null;
  /** `SYNTHETIC` when it is about nobody. */
  label: string | null;
  month: string;
  /** Version of the policy. */
  policy: string;
  release: string;
}

/** Figures in columns of equal length. */
export interface ProtectedFigures {
  /** Null where it is withheld ([c]): too small, or protects one that is. */
  incidents: (number | null)[];
  /** 2026, 2026-Q4 or 2026-10. */
  period: string[];
  /** Code of an area or borough, others (boroughs of which the strand is not told in such periods), or all. */
  place: string[];
  /** all, or a strand. */
  strand: string[];
}

/** A hotspot as an object. */
export interface ProtectedHotspotEntry {
  /** Codes of the areas that it touches: its outline, rounded out. */
  areas: string[];
  /** Where a band is told in its place, such as 0 to 4: the least and the most. */
  band: number[] | null;
  /** Code of its borough. */
  borough: string | null;
  /** first, new, continued, grew, shrank, split or merged. */
  change: string;
  /** clear, weak or cannot_tell. */
  evidence: string;
  /** Number expected if incidents followed the reference measure. */
  expected: number | null;
  first_seen: string;
  id: string;
  /** In the months counted; null where a band is told, and where it is withheld ([c]). */
  incidents: number | null;
  name: string;
  rank: number | null;
  /** Times the study area's rate, with exact 95 % Poisson limits. */
  ratio: number[] | null;
  /** Of these, those of more than one record. */
  repeat_victims: string;
  strand: string;
  /** Strands that are told: those where neither they nor the others are few. */
  strands: Record<string, number>;
  /** Different victims among the records that name one, as a class. */
  victims: string;
}

/** The hotspots of a protected release. */
export interface ProtectedHotspots {
  counted: Period | null;
  hotspots: ProtectedHotspotEntry[];
  release: string;
}

/** How figures are protected. */
export interface ProtectedPolicy {
  /** Incidents that an area of adaptive size has in a quarter, on average, and a strand of a borough in the periods that it is told by. */
  area_incidents: number;
  /** Residents that an area has. */
  area_residents: number;
  /** What areas are: adaptive (as fine as their people and incidents allow), or units (the polygons of the release). */
  geography: string;
  /** Records that a reader may know beside everything published. */
  known_records: number;
  /** Counts below this are not shown, zero among them. */
  threshold: number;
  version: string;
}

/** What a protected release says of itself. */
export interface ProtectedSummary {
  areas: number;
  as_known_on: string;
  boroughs: BoroughEntry[];
  counted: Period | null;
  hidden: HiddenEntry;
  /** `SYNTHETIC` when it is about nobody. */
  label: string | null;
  month: string;
  /** Periods that have figures, oldest first. */
  periods: string[];
  policy: ProtectedPolicy;
  /** How many incidents hotspots are to expect in as many months for each one counted, by analysis: of counts below 10, below 20, below 40, more. */
  regression: Record<string, number[]>;
  release: string;
  /** Months in which hotspots were found. */
  window: Period;
}

/** What everybody is shown. */
export interface PublicProducts {
  /** Where the class of each of these figures begins; null where it is not shown. */
  area_classes: (number | null)[];
  /** Areas by year. */
  area_figures: RoundedFigures;
  areas: AreaOutline[];
  /** Boroughs by year. */
  borough_figures: RoundedFigures;
  boroughs: ProductBorough[];
  /** Where classes of rounded counts begin. */
  classes: number[];
  /** Counts below are not shown; one sign stands for them and for those that are hidden. */
  least: number;
  origin: ProductOrigin;
  /** Areas of fewer residents are not shown. */
  residents: number;
  /** Counts are rounded to the nearest multiple. */
  rounded_to: number;
  /** All boroughs together by quarter. */
  whole: RoundedFigures;
}

/** Quality of the records of a release, in its window. */
export interface QualityAnswer {
  /** State of the store, `YYYY-MM-DD`. */
  as_known_on: string;
  /** By borough; what lies in none comes last, without a code. */
  boroughs: QualityRow[];
  /** What no map of records can say. */
  cannot_say: string[];
  /** synthetic, open or restricted. */
  class: string;
  /** events, or counts: of published counts only n, places and sources mean something. */
  counted: string;
  /** By month in which they happened; for the delay, in which they were recorded. */
  months: QualityMonth[];
  /** Mapped, but outside the study area. */
  outside: number;
  /** Months in which the records happened. */
  period: Period;
  /** Every row that the store holds, of any month. */
  reconciliation: Account;
  release: string;
  /** By strand; strands overlap. */
  strands: QualityRow[];
  total: QualityEntry;
  /** Withheld from every unit, since a hotspot depended on one person. */
  withheld: number;
}

/** Counts of records, never shares: n is beside each. */
export interface QualityEntry {
  delay: DelayEntry | null;
  /** Those that lie in a unit. */
  in_units: number;
  /** Those without strand, offence, outcome and hour, of n; without a known victim, of those in units. */
  missing: Record<string, number>;
  n: number;
  /** mapped, area_only, online and no_place; they add up to n. */
  placed: Record<string, number>;
  /** Flagged in the first instance, and not reviewed. */
  provisional: number;
  /** Those that name each source; a record may name several. */
  sources: Record<string, number>;
}

export type QualityMonth = QualityEntry & { month: string };

export type QualityRow = QualityEntry & { id: string | null; name: string };

/** A question about a place of the answer. */
export interface RaiseBody {
  /** Who writes: not checked. Refused where people sign in: then it is whoever is signed in. */
  actor?: string;
  /** need (default), area, residents or equal. */
  apportion?: string | null;
  /** Sent twice with the same key, it is written once. */
  key?: string | null;
  /** Kind of resource. */
  kind: string;
  /** hotspot (default), borough, bcu, or area of a release on areas and of published figures. */
  level?: string | null;
  /** Id of a place of the answer. */
  place: string;
  /** The question, in words. */
  question: string;
  /** Id of a release; default the newest. */
  release?: string | null;
  /** mopac. Refused where people sign in. */
  role?: string;
  /** all (default) or a strand that the release analyses. */
  strand?: string | null;
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
  /** West, south, east, north in degrees. */
  bounds: number[];
  /** Breaks of recording across which figures must not be compared. */
  breaks: BreakEntry[];
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

/** The releases that are served. */
export interface Releases {
  /** Newest first. */
  releases: ReleaseEntry[];
}

/** A change of a resource, and the incidents before and after it. */
export interface ResourceEffectEntry {
  /** What was there before and after; null where an answer to a challenge says it. */
  amounts: StretchEntry[] | null;
  areas: Areas | null;
  /** How much more; less when negative. */
  by: number;
  difference: DifferenceEntry | null;
  /** How much more the counts of months vary than by chance. */
  dispersion: number;
  expected: Limits | null;
  /** The place is a hotspot that incidents before, after the change helped to find. */
  found_in: boolean[];
  kind: string;
  ledger: LedgerEntry | null;
  name: string;
  /** The first day of the change. */
  on: string;
  /** Months that are compared, before and after; null where there are too few. */
  periods: Period[] | null;
  /** Identifier of the hotspot, code of the area, name of the command unit, `lon lat reach_m` of a point, or all. */
  place: string;
  /** All of it in words. */
  sentence: string;
  /** planned or delivered; null where an answer to a challenge says it. */
  status: string | null;
  unit: string;
  /** fewer, more, not_clear or cannot_tell; it says nothing of why. */
  verdict: string;
  /** Why it cannot be told. */
  why: string | null;
}

/** A row of the table. */
export interface ResourceEntry {
  amount: number;
  kind: string;
  period_end: string;
  period_start: string;
  place: string;
  /** hotspot, area, bcu, point or all. */
  place_type: string;
  source: string;
  /** planned or delivered. */
  status: string;
  unit: string;
}

export interface ResourceHistoryEntry {
  actor: string;
  /** Microseconds since 1970-01-01 UTC. */
  at_us: number;
  /** The day in London. */
  on: string;
  role: string;
  /** What was written. */
  said: Record<string, unknown>;
  /** Number in the record. */
  seq: number;
  step: string;
}

/** The table of resources. */
export type ResourcesAnswer = ResourcesTaken & { resources: ResourceEntry[] };

/** A table of resources that was taken. */
export interface ResourcesTaken {
  file: string;
  rows: number;
  /** Of the file as it is now, and as every answer names it. */
  sha256: string;
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

/** Rounded figures in columns of equal length. */
export interface RoundedFigures {
  /** Rounded; null where it is not shown. */
  incidents: (number | null)[];
  /** 2026 or 2026-Q4. */
  period: string[];
  /** Code of an area or borough, or all. */
  place: string[];
  /** all, or a strand. */
  strand: string[];
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

/** A mean with its 95 % interval. */
export interface ShareLimits {
  hi: number;
  lo: number;
  mean: number;
}

export interface SideEntry {
  /** What its units were to expect over the months before. */
  expected_before: number;
  /** Before and after. */
  incidents: number[];
  units: number;
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

export interface SiteEntry {
  /** What it adds to those before it, as a share of the need. */
  adds: number;
  borough: string | null;
  /** Of the candidate, or of the cell. */
  id: string;
  lat: number;
  lon: number;
}

/** Where more sites would reach most of the need. */
export interface SitesAnswer {
  /** The choice is the best one. */
  best: boolean;
  /** No choice of as many reaches more. */
  bound: number;
  candidates: number;
  caveat: string;
  chosen: SiteEntry[];
  /** Version of the weights of harm; null where incidents count alike. */
  harm: string | null;
  kind: string;
  months: number;
  /** Incidents to be expected in the months, everywhere; harm where they are weighted. */
  need: number;
  /** Points of the kind in the table. */
  open: number;
  /** Reach of a new site. */
  reach_m: number;
  /** Share of the need that they reach. */
  reached: number;
  release: string;
  /** Null for all records. */
  strand: string | null;
  /** Share that is reached with those chosen. */
  then: number;
}

export interface SourceEntry {
  id: string;
  label: string;
}

/** A step; which fields it has depends on the step. */
export interface StepBody {
  /** answer: what will be done. */
  action?: string | null;
  /** Who writes: not checked. Refused where people sign in: then it is whoever is signed in. */
  actor?: string;
  /** effect: figures after it. */
  after?: string | null;
  /** effect: figures before the change, with n, period, unit and interval. */
  before?: string | null;
  /** answer: the day by which, YYYY-MM-DD. */
  by?: string | null;
  /** answer: how much more, or less when negative. */
  change_amount?: string | null;
  /** answer: first day of the change, YYYY-MM-DD. */
  change_from?: string | null;
  /** answer: kind of a resource that is changed; then amount, unit and first day too. */
  change_resource?: string | null;
  /** answer: of what. */
  change_unit?: string | null;
  /** Sent twice with the same key, it is written once. */
  key?: string | null;
  /** effect: the last day that the figures after it count, YYYY-MM-DD. */
  measured_to?: string | null;
  /** accept, escalate, close: why. */
  reason?: string | null;
  /** mopac or mps. Refused where people sign in. */
  role?: string;
  /** answer: in words. */
  text?: string | null;
}

/** An event of the record. */
export interface StepEntry {
  actor: string;
  at_us: number;
  /** The canonical JSON that was hashed. */
  body: string;
  challenge: string;
  hash: string;
  /** Key of the form; empty when there was none. */
  key: string;
  kind: string;
  prev_hash: string;
  role: string;
  seq: number;
}

/** Stops for each 1,000 people of the group a year. */
export interface StopCoverEntry {
  elsewhere: StopSide;
  from: string;
  group: string;
  questioned: StopSide;
  stops: number;
  to: string;
}

export interface StopSide {
  person_years: number;
  rate: ShareLimits | null;
  /** After areas are split. */
  stops: number;
}

export interface StrandCoverEntry {
  cover: CoverEntry | null;
  /** In the window; to the nearest 5 where they are supposed. */
  incidents: number;
  /** `[e]` where they are not told, or not all of them, and supposed from what is published; null for a count. */
  incidents_status: string | null;
  /** Null for all records. */
  strand: string | null;
}

export interface StrandEntry {
  /** Number of hotspots; null when there are too few incidents to tell. */
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

export interface StretchEntry {
  /** Mean over the days. */
  amount: number;
  from: string;
  to: string;
}

/** Measures of success. They are not added up, and none is graded. */
export interface SuccessAnswer {
  /** synthetic or open. */
  class: string;
  /** Version of the definitions. */
  definitions: string;
  files: FileEntry[];
  /** The day on which the latest of it was known. */
  known_on: string;
  measures: MeasureEntry[];
  policy: SuccessPolicyEntry;
}

/** When a figure is given and a cohort is closed. */
export interface SuccessPolicyEntry {
  /** Share of a cohort that is decided when it is closed. */
  closed_share: number;
  /** Fewest effective respondents of a figure. */
  minimum_effective: number;
  version: string;
}

/** A measure of an area and strand. */
export interface SuccessSeries {
  /** london, the name of a command unit, or the code of a borough. */
  area: string;
  area_name: string;
  /** Months of each period. */
  months: number;
  /** Why there is no control chart. */
  no_chart: string | null;
  periods: PeriodEntry[];
  /** Which of the periods is shown, from 0; null while no cohort is closed. */
  shown: number | null;
  /** What the control chart says of it, in words; empty for no signal. */
  signals: string[];
  /** Null for all records. */
  strand: string | null;
}

/** A challenge as it stands. */
export interface Thread {
  boroughs: string[];
  due: DueEntry | null;
  /** SHA-256 of the canonical JSON of the evidence. */
  evidence: string;
  history: ResourceHistoryEntry[];
  id: string;
  /** What may follow, and who may do it. */
  next: NextStep[];
  overdue: boolean;
  /** How long each side has, in words. */
  periods: string;
  place: string;
  /** hotspot, area or command_unit. */
  place_kind: string;
  question: string;
  raised_on: string;
  release: string;
  /** Kind of resource. */
  resource: string;
  /** raised, acknowledged, answered, accepted, escalated, closed or reviewed. */
  state: string;
}

/** Challenges, by identifier. */
export interface Threads {
  challenges: Thread[];
  /** The day in London by which it is said what is overdue. */
  on: string;
}

export interface ThresholdEntry {
  least: number;
  /** incidents, probability, settings, robustness or, of restricted records, victims_known. */
  quantity: string;
  /** clear or weak. */
  word: string;
}

/** A GeoJSON feature collection; cells have the properties h3, n, class and value. */
export interface TileBody {
  features: unknown[];
  type: string;
}

/** TileJSON 3.0.0. */
export interface TileJson {
  attribution: string;
  bounds: number[];
  description: string;
  maxzoom: number;
  minzoom: number;
  name: string;
  scheme: string;
  tilejson: string;
  /** Vector tiles. */
  tiles: string[];
  vector_layers: VectorLayer[];
  version: string;
}

/** A kind without an answer. */
export interface Unanswered {
  kind: string;
  why: string;
}

export interface VectorLayer {
  description: string;
  fields: Record<string, string>;
  id: string;
  maxzoom: number;
  minzoom: number;
}

/** The whole chain was found right. */
export interface Verified {
  events: number;
  /** seq:hash of the last event. */
  head: string;
}

/** Incidents by part of the week. */
export interface WeekEntry {
  /** By day, Monday first, then by hours 0 to 5, 6 to 11, 12 to 17, 18 to 23. */
  counts: (number[])[];
  /** Incidents whose hour is known: the sum of the counts. */
  known: number;
  of: number;
}

/** One kind of resource given out otherwise: who would get what, not what would happen. */
export interface WhatIf {
  /** All that is given out: now, and then. */
  budget: number[];
  caveat: string;
  kind: string;
  level: string;
  /** By shortfall afterwards, the largest first. */
  places: WhatIfPlace[];
  questioned: number[];
  release: string;
  /** Null for all records. */
  strand: string | null;
  unit: string;
}

/** What is wished; what is left out stays as it is or is free. */
export interface WhatIfBody {
  /** Places whose amount is set, by id; the rest of the budget goes to the others. */
  amounts?: Record<string, number>;
  /** need (default), area, residents or equal. */
  apportion?: string | null;
  /** All that is given out; default as much as now. */
  budget?: number | null;
  /** Most by which an amount changes either way, as a share of it. */
  change?: number | null;
  /** Least that a place keeps of its amount, 0 to 1. */
  floor?: number | null;
  /** Kind of resource. */
  kind: string;
  /** hotspot (default), borough, bcu, or area of a release on areas and of published figures. */
  level?: string | null;
  /** Id of a release; default the newest. */
  release?: string | null;
  /** Amounts in whole steps of this. */
  step?: number | null;
  /** all (default) or a strand that the release analyses. */
  strand?: string | null;
}

export interface WhatIfPlace {
  after: GapEntry;
  /** Now, and then. */
  amount: number[];
  before: GapEntry;
  /** What holds the place, in words; null when it gets its share of the need. */
  held: string | null;
  id: string;
  name: string;
}

/** A challenge with its events as they were hashed, and its evidence. */
export type WholeThread = Thread & { events: StepEntry[]; frozen: Record<string, unknown> };

/** What was written. */
export interface Written {
  challenge: string;
  /** Hash of the event: kept elsewhere, seq:hash is a checkpoint. */
  hash: string;
  seq: number;
  step: string;
}
