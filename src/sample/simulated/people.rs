//! Who comes to the shop: what a visitor is like, from their number alone.
//!
//! Nobody is remembered from one visit to the next: a visitor's traits are drawn anew from their own stream and come out the
//! same, so that memory does not grow with visitors.

use super::Settings;
use super::chance::Chance;

/// Values of a segment's key: the share of visitors, how often a visit ends in an order, and how large that is.
type Part = (&'static str, f64, f64, f64);

/// Keys of the segment. Rates are multiples, brought to a mean of 1 by [`Crowd::new`].
const PARTS: [(&str, &[Part]); 3] = [
    ("device", &[("mobile", 0.62, 0.85, 0.92), ("desktop", 0.31, 1.30, 1.10), ("tablet", 0.07, 1.00, 1.05)]),
    ("region", &[("DE", 0.70, 1.02, 0.98), ("AT", 0.20, 0.95, 0.97), ("CH", 0.10, 0.95, 1.20)]),
    (
        "traffic_source",
        &[
            ("search", 0.45, 1.00, 1.00),
            ("direct", 0.20, 1.20, 1.05),
            ("newsletter", 0.10, 1.35, 1.00),
            ("social", 0.15, 0.60, 0.85),
            ("paid", 0.10, 0.80, 0.95),
        ],
    ),
];
/// How much oftener a visit of a regular ends in an order.
const REGULAR_ORDERS: f64 = 3.5;
/// The chance that a visit is followed by another: of passers-by, and of regulars.
const COMES_BACK: [f64; 2] = [0.3, 0.85];
/// The same that there were orders before the start.
const HAS_HISTORY: [f64; 2] = [0.25, 0.75];
/// The chance of each further order before the start.
const ONE_MORE: f64 = 0.5;
/// Most orders before the start.
const MOST_BEFORE: usize = 6;
/// Longest gap between two visits in days.
pub(super) const LONGEST_GAP: usize = 14;
/// How much rarer a gap is than that of a day less.
const RARER: f64 = 0.65;
/// Customers with an account.
const HAS_ACCOUNT: f64 = 0.6;
/// A clock that is wrong is off by up to this many minutes.
const SKEW_MINUTES: i64 = 720;

/// A visitor's number: the day of their first visit, and their place among those of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) u64);

impl Number {
    /// The wholesale customer.
    pub(super) const WHALE: Self = Self(u64::MAX - 1);
    /// Machines have this bit.
    const BOT: u64 = 1 << 63;

    /// A person.
    pub(super) fn person(day: u16, place: u32) -> Self {
        Self((u64::from(day) << 32) | u64::from(place))
    }

    /// A machine.
    pub(super) fn bot(day: u16, place: u32) -> Self {
        Self(Self::person(day, place).0 | Self::BOT)
    }

    /// Whether it is a machine.
    pub(super) fn is_bot(self) -> bool {
        self.0 & Self::BOT != 0 && self != Self::WHALE
    }
}

/// What all visitors have in common: rates that do not change from one to the next.
pub(super) struct Crowd {
    /// Orders a visit: of passers-by, and of regulars.
    pub(super) orders: [f64; 2],
    /// Factors of orders and of values, part by part of each key.
    factors: Vec<Vec<(f64, f64)>>,
    /// Between visitors, and between the orders of one.
    pub(super) sigma: [f64; 2],
    regulars: f64,
}

impl Crowd {
    pub(super) fn new(settings: &Settings) -> Self {
        let visits = COMES_BACK.map(|again| 1.0 / (1.0 - again));
        let weights = [(1.0 - settings.regulars) * visits[0], settings.regulars * visits[1]];
        let base = settings.conversion * (weights[0] + weights[1]) / (weights[0] + REGULAR_ORDERS * weights[1]);
        let variance = libm::log(1.0 + settings.order_cv * settings.order_cv);
        let [between, within] = [settings.alike, 1.0 - settings.alike].map(|part| (part * variance).sqrt());
        Self {
            orders: [base, REGULAR_ORDERS * base],
            factors: PARTS.iter().map(|(_, parts)| factors(parts)).collect(),
            sigma: [between, within],
            regulars: settings.regulars,
        }
    }

    /// The largest chance that a visit ends in an order, without any effect.
    pub(super) fn most_orders(&self) -> f64 {
        let most = |parts: &Vec<(f64, f64)>| parts.iter().map(|(orders, _)| *orders).fold(0.0, f64::max);
        let kinds = if self.regulars > 0.0 { self.orders[1] } else { self.orders[0] };
        kinds * self.factors.iter().map(most).product::<f64>()
    }

    /// The spread of the logarithm of orders.
    pub(super) fn spread(&self) -> f64 {
        libm::hypot(self.sigma[0], self.sigma[1])
    }

    /// Of a visit, the chance of one `gap` days later: by kind of visitor.
    pub(super) fn comes_back(gap: usize) -> [f64; 2] {
        let all: f64 = (0..LONGEST_GAP).map(rarer).sum();
        COMES_BACK.map(|again| again * rarer(gap - 1) / all)
    }

    /// Shares of passers-by and regulars.
    pub(super) fn kinds(&self) -> [f64; 2] {
        [1.0 - self.regulars, self.regulars]
    }
}

fn rarer(days: usize) -> f64 {
    libm::pow(RARER, days as f64)
}

/// Multiples whose mean is 1: of orders by visit, and of values by order.
fn factors(parts: &[Part]) -> Vec<(f64, f64)> {
    let orders: f64 = parts.iter().map(|(_, share, orders, _)| share * orders).sum();
    let values: f64 = parts.iter().map(|(_, share, orders, value)| share * orders * value).sum();
    parts.iter().map(|(_, _, rate, value)| (rate / orders, value * orders / values)).collect()
}

/// One visitor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person {
    /// Who.
    pub(super) number: Number,
    /// The name under which they are counted.
    pub(super) unit: String,
    /// Whether they allowed it.
    pub(super) consents: bool,
    /// Their account.
    pub(super) customer: Option<String>,
    /// 1 for a regular, otherwise 0.
    pub(super) kind: usize,
    /// Their orders by all orders.
    pub(super) taste: f64,
    /// Chance that a visit ends in an order.
    pub(super) orders: f64,
    /// Keys and values of the segment.
    pub(super) segment: [(&'static str, &'static str); PARTS.len()],
    /// Orders before the start.
    pub(super) before: usize,
    /// By how many milliseconds their clock is ahead.
    pub(super) skew: i64,
    /// Exposed in a second arm, too.
    pub(super) crosses: bool,
    /// Never seen by any event, though their orders carry an arm.
    pub(super) unexposed: bool,
    /// Placements that they come to, in the order of the experiments.
    pub(super) reaches: Vec<bool>,
}

impl Person {
    /// The visitor of a number. All traits are drawn for everybody, so that one knob leaves the others' draws alone.
    pub(super) fn meet(crowd: &Crowd, settings: &Settings, number: Number, chance: &mut Chance) -> Self {
        chance.turn_to(number.0, 0);
        let faults = &settings.faults;
        let unit = chance.hex();
        let consents = !chance.happens(faults.no_consent);
        let customer = chance.happens(HAS_ACCOUNT).then(|| format!("C{:010x}", chance.bits() >> 24));
        let kind = usize::from(chance.happens(crowd.regulars));
        let taste = chance.factor(crowd.sigma[0]);
        let mut orders = crowd.orders.get(kind).copied().unwrap_or_default();
        let mut value = 1.0;
        let mut segment = [("", ""); PARTS.len()];
        for (((key, parts), factors), said) in PARTS.iter().zip(&crowd.factors).zip(&mut segment) {
            let at = chance.weighted(parts.iter().map(|(_, share, ..)| *share));
            let (rate, worth) = factors.get(at).copied().unwrap_or((1.0, 1.0));
            *said = (key, parts.get(at).map_or("", |(name, ..)| name));
            orders *= rate;
            value *= worth;
        }
        let comes = chance.happens(HAS_HISTORY.get(kind).copied().unwrap_or_default()) && settings.history_days > 0;
        let more = (1..MOST_BEFORE).filter(|_| chance.happens(ONE_MORE)).count();
        let clock = chance.between(-SKEW_MINUTES, SKEW_MINUTES) * 60_000;
        let skew = if chance.happens(faults.clock_skew) { clock } else { 0 };
        let crosses = chance.happens(faults.crossover);
        let unexposed = chance.happens(faults.unexposed);
        let reaches = settings.experiment.iter().map(|tested| chance.happens(tested.reach)).collect();
        let person = Self {
            number,
            unit,
            consents,
            customer,
            kind,
            taste: taste * value,
            orders,
            segment,
            before: if comes { 1 + more } else { 0 },
            skew,
            crosses,
            unexposed,
            reaches,
        };
        person.unless_strange()
    }

    /// Machines and the wholesale customer are seen by everything, come from one place and have no history.
    fn unless_strange(mut self) -> Self {
        let is_whale = self.number == Number::WHALE;
        if is_whale || self.number.is_bot() {
            self.before = 0;
            self.orders = 0.0;
            (self.skew, self.crosses, self.unexposed, self.consents) = (0, false, false, true);
            self.reaches.iter_mut().for_each(|reaches| *reaches = true);
            self.customer = is_whale.then(|| "C-WHOLESALE".to_owned());
        }
        self
    }

    /// Days until the next visit, if there is one.
    pub(super) fn next_visit(&self, chance: &mut Chance) -> Option<usize> {
        let again = COMES_BACK.get(self.kind).copied().unwrap_or_default();
        let comes = chance.happens(again);
        comes.then(|| 1 + chance.weighted((0..LONGEST_GAP).map(rarer)))
    }
}
