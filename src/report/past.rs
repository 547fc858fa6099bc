//! What past orders say of the noise that a test will have to see through.
//!
//! The last days before the plan stand for those of the test: how much single orders differ, how much the orders of one
//! customer resemble each other, and how much of it was known from the time before. In small numbers: orders of 50 ± 57.5,
//! of customers whose two orders say as much as one, of which history explains a fifth. Orders of nobody in particular, as those
//! of guests, count as orders; that they come from people who come again is taken from those whose customer is known.

use super::statistics::{Adjusted, Baseline, Cap, Visitor, VisitorSums};
use crate::shop::Timestamp;
use std::collections::BTreeMap;
use std::ops::Range;

/// Figures of history: spend, orders, average order.
const FIGURES: usize = 3;
/// Days of history before the days that are looked at: twice those of the usual plan. On a gift wholesaler's orders (UCI Online
/// Retail II, 2009–2010) `endcap plan` finds that they explain 33 % of the variance.
pub const HISTORY_DAYS: i64 = 60;
/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// An order of the past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastOrder {
    /// Whose it is, where that is known.
    pub customer: Option<u32>,
    /// When it was.
    pub at: Timestamp,
    /// What it is worth: revenue or contribution margin, in minor units.
    pub value: f64,
    /// By what it is cut off: its contribution margin where costs are known, else its revenue, in minor units. An order beyond the
    /// cap counts as one of that size, and its revenue shrinks as its margin does: a report does the same.
    pub size: f64,
    /// How many products it has, each counted once.
    pub lines: u32,
}

/// Where large orders are cut off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// At this quantile (0.9 to 1) of the sizes before the days that are looked at; of the same days where there are none before.
    /// 1: nowhere.
    Quantile(f64),
    /// At a cap that was registered.
    At(Cap),
}

/// How much a value by order varies, and what of it is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Mean, spread and likeness of orders, after the cap; the likeness is that of known customers' orders.
    pub baseline: Baseline,
    /// The share of the variance that history explains, 0 to 1. Customers of the time before who did not order again count: they
    /// may have come, and their history explained nothing.
    pub explained: f64,
    /// The value beyond which orders are cut off, in minor units; none where the quantile is 1.
    pub cap: Option<f64>,
    /// The share of a lift that shows where large orders are cut off, above 0 to 1. The lift is taken to come as one more product of
    /// the usual size, in large orders more often than in small ones: to what lies beyond the cap it adds nothing, and to what
    /// lies just below it only a part. On lognormal orders that vary as much as their mean, cut off at 99 %, about 0.9.
    pub shown: f64,
    /// Orders a day, of the days that there are orders of.
    pub orders_a_day: f64,
    /// Customers who order in so many days: those who are known, and as many more as the other orders are likely to be from.
    pub customers: u64,
    /// Mean by customer, after the cap, and its spread over the mean.
    pub by_customer: (f64, f64),
}

impl Noise {
    /// Of the orders of `days` days up to `end`, with the large ones cut off. Where nobody is known, orders resemble each other by
    /// `likeness`, a design effect. `None` where no two customers ordered, all orders are alike, or the mean is not above 0.
    ///
    /// # Cost
    ///
    /// One pass, and a sort of the earlier values.
    pub fn of(orders: &[PastOrder], end: Timestamp, days: i64, cut: Cut, likeness: f64) -> Option<Self> {
        let window = end.0 - days * DAY..end.0;
        let before = window.start - HISTORY_DAYS * DAY..window.start;
        let within = |range: &Range<i64>| orders.iter().filter(|order| range.contains(&order.at.0)).collect::<Vec<_>>();
        let (now, earlier) = (within(&window), within(&before));
        let sizes = |orders: &[&PastOrder]| orders.iter().map(|order| order.size).collect::<Vec<f64>>();
        let cap = match cut {
            Cut::At(cap) => Some(cap),
            Cut::Quantile(quantile) if quantile < 1.0 => {
                Some(Cap::at(&sizes(if earlier.is_empty() { &now } else { &earlier }), quantile)?)
            }
            Cut::Quantile(_) => None,
        };
        let customers = by_customer(&now, &earlier, cap);
        let mut arms = [VisitorSums::<FIGURES>::default(); 2];
        let (mut known, mut totals, mut single) =
            (VisitorSums::default(), VisitorSums::default(), VisitorSums::default());
        for (at, (values, history)) in customers.values().enumerate() {
            let numerator = values.iter().sum();
            arms[at % 2].add(&Visitor { numerator, denominator: values.len() as f64, history: *history });
            values.iter().for_each(|value| known.add(&one(*value)));
            if !values.is_empty() {
                totals.add(&one(numerator));
            }
        }
        now.iter().for_each(|order| single.add(&one(counted(order, cap))));
        let shown = cap.map_or(1.0, |cap| shown(&now, cap));
        let explained = Adjusted::of(&arms[0], &arms[1]).map_or(0.0, |adjusted| adjusted.variance_cut);
        let [mut all, other] = arms;
        all.merge(&other);
        let design_effect = match Baseline::of(&all, &known) {
            Some(found) => found.design_effect,
            None if known.visitors() == 0 => likeness,
            None => return None,
        };
        let baseline = Baseline { design_effect, ..Baseline::of(&single, &single)? };
        // A file of ten days holds ten days of orders, however long the plan is.
        let begun = orders.iter().map(|order| order.at.0).min().unwrap_or(end.0).max(window.start);
        let covered = (end.0 - begun) as f64 / DAY as f64;
        let covered = if begun > window.start { covered.ceil().max(1.0) } else { days as f64 };
        // Where nobody is known, as many orders as say as much as one are taken for those of one customer.
        let an_order =
            if totals.visitors() > 0 { known.visitors() as f64 / totals.visitors() as f64 } else { likeness };
        let by_customer = match Baseline::of(&totals, &totals) {
            Some(found) => (found.mean, found.cv),
            None => (baseline.mean * an_order, baseline.cv),
        };
        Some(Self {
            baseline,
            explained,
            cap: cap.map(Cap::limit),
            shown,
            orders_a_day: now.len() as f64 / covered,
            customers: (now.len() as f64 / an_order * days as f64 / covered).round() as u64,
            by_customer,
        })
    }
}

impl Noise {
    /// The same orders, of which only this share (above 0 to 1) follows an exposure.
    pub fn exposed(self, share: f64) -> Self {
        let customers = ((self.customers as f64 * share).round() as u64).max(1);
        Self { orders_a_day: self.orders_a_day * share, customers, ..self }
    }
}

fn one(value: f64) -> Visitor {
    Visitor { numerator: value, denominator: 1.0, history: [] }
}

/// The share of what is added to orders, by as much as they are worth, that a cap lets show.
fn shown(orders: &[&PastOrder], cap: Cap) -> f64 {
    let sum = |of: &dyn Fn(&PastOrder) -> f64| orders.iter().map(|order| of(order)).sum::<f64>();
    let product = sum(&|order| order.size) / sum(&|order| f64::from(order.lines.max(1)));
    if product <= 0.0 {
        return 1.0; // nothing is earned, and nothing is cut off of it
    }
    let cut = |size: f64| size * cap.share(size);
    let added = |order: &PastOrder| (cut(order.size + product) - cut(order.size)) / product;
    let worth = |order: &PastOrder| order.size.max(0.0);
    (sum(&|order| worth(order) * added(order)) / sum(&worth)).clamp(f64::EPSILON, 1.0)
}

/// What an order counts with.
fn counted(order: &PastOrder, cap: Option<Cap>) -> f64 {
    order.value * cap.map_or(1.0, |cap| cap.share(order.size))
}

/// The values of each known customer's orders, and spend, number and average of those before.
fn by_customer(
    now: &[&PastOrder],
    earlier: &[&PastOrder],
    cap: Option<Cap>,
) -> BTreeMap<u32, (Vec<f64>, [f64; FIGURES])> {
    let mut customers: BTreeMap<u32, (Vec<f64>, [f64; FIGURES])> = BTreeMap::new();
    for (order, customer) in now.iter().filter_map(|order| Some((order, order.customer?))) {
        customers.entry(customer).or_default().0.push(counted(order, cap));
    }
    for (order, customer) in earlier.iter().filter_map(|order| Some((order, order.customer?))) {
        let (_, [spend, orders, _]) = customers.entry(customer).or_default();
        *spend += counted(order, cap);
        *orders += 1.0;
    }
    for (_, [spend, orders, average]) in customers.values_mut() {
        *average = if *orders > 0.0 { *spend / *orders } else { 0.0 };
    }
    customers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(customer: u32, day: i64, value: f64) -> PastOrder {
        PastOrder { customer: Some(customer), at: Timestamp(day * DAY), value, size: value, lines: 2 }
    }

    #[test]
    fn customers_who_order_alike_count_for_less() {
        // Ten customers, each with four equal orders: four say as much as one.
        let alike: Vec<PastOrder> =
            (0..40).map(|n| order(n / 4, 70 + i64::from(n % 4), f64::from(10 + n / 4))).collect();
        let noise = Noise::of(&alike, Timestamp(100 * DAY), 30, Cut::Quantile(1.0), 2.0).unwrap();
        assert!((noise.baseline.design_effect - 4.0).abs() < 0.6, "{noise:?}");
        assert_eq!((noise.customers, noise.cap), (10, None));
        assert!((noise.orders_a_day - 40.0 / 30.0).abs() < 1e-12);
        assert!((noise.by_customer.0 - 4.0 * 14.5).abs() < 1e-9);
    }

    #[test]
    fn history_that_repeats_itself_explains() {
        let orders: Vec<PastOrder> = (0..40)
            .flat_map(|n| {
                let usual = f64::from(20 + 7 * (n % 11));
                [order(n, 20, usual), order(n, 80, usual + f64::from(n % 3))]
            })
            .collect();
        let noise = Noise::of(&orders, Timestamp(100 * DAY), 30, Cut::Quantile(1.0), 2.0).unwrap();
        assert!(noise.explained > 0.95, "{noise:?}");
        let fresh: Vec<PastOrder> = orders.iter().filter(|order| order.at.0 > 50 * DAY).copied().collect();
        assert_eq!(Noise::of(&fresh, Timestamp(100 * DAY), 30, Cut::Quantile(1.0), 2.0).unwrap().explained, 0.0);
    }

    #[test]
    fn one_large_order_is_cut_off_at_what_was_usual_before() {
        let mut orders: Vec<PastOrder> =
            (0..200).map(|n| order(n, 30 + i64::from(n % 20), f64::from(50 + n % 10))).collect();
        orders.extend((0..200).map(|n| order(n, 75 + i64::from(n % 20), f64::from(50 + n % 10))));
        orders.push(order(500, 80, 90_000.0));
        let (raw, cut) = (
            Noise::of(&orders, Timestamp(100 * DAY), 30, Cut::Quantile(1.0), 2.0),
            Noise::of(&orders, Timestamp(100 * DAY), 30, Cut::Quantile(0.99), 2.0),
        );
        assert!(raw.unwrap().baseline.cv > 10.0 && cut.unwrap().baseline.cv < 0.1);
        assert!((59.0..=59.1).contains(&cut.unwrap().cap.unwrap()));
    }

    #[test]
    fn an_order_is_cut_off_as_a_whole() {
        let mut orders: Vec<PastOrder> =
            (0..100).map(|n| PastOrder { size: 30.0, ..order(n, 80, f64::from(95 + n % 11)) }).collect();
        orders.push(PastOrder { size: 300.0, ..order(500, 80, 1_000.0) });
        let cut = Cut::At(Cap::frozen(50.0).unwrap());
        let noise = Noise::of(&orders, Timestamp(100 * DAY), 30, cut, 2.0).unwrap();
        assert!(noise.baseline.cv < 0.08 && (noise.baseline.mean - 100.0).abs() < 1.0, "{noise:?}");
        // A product more is 3,300 ÷ 202: of 3,300 that grow by as much as they are worth, the 300 cannot.
        assert!((noise.shown - 3_000.0 / 3_300.0).abs() < 1e-9, "{noise:?}");
        // With room for half a product only, half of it shows.
        let half = Cut::At(Cap::frozen(30.0 + 3_300.0 / 202.0 / 2.0).unwrap());
        let noise = Noise::of(&orders, Timestamp(100 * DAY), 30, half, 2.0).unwrap();
        assert!((noise.shown - 1_500.0 / 3_300.0).abs() < 1e-9, "{noise:?}");
    }

    #[test]
    fn guests_are_as_alike_as_customers_and_old_customers_count() {
        let alike = |n: u32| order(n / 4, 70 + i64::from(n % 4), f64::from(10 + n / 4));
        let known: Vec<PastOrder> = (0..40).map(alike).collect();
        let guest = |n: u32| PastOrder { customer: None, ..alike(n) };
        let both: Vec<PastOrder> = known.iter().copied().chain((0..40).map(guest)).collect();
        let of = |orders: &[PastOrder]| Noise::of(orders, Timestamp(100 * DAY), 30, Cut::Quantile(1.0), 2.0).unwrap();
        let (known, both) = (of(&known), of(&both));
        assert!((known.baseline.design_effect - both.baseline.design_effect).abs() < 1e-9);
        assert_eq!((known.customers, both.customers), (10, 20));
        let guests = of(&(0..40).map(guest).collect::<Vec<_>>());
        assert_eq!((guests.baseline.design_effect, guests.customers, guests.explained), (2.0, 20, 0.0));
        // Who ordered before and not again says that history does not explain everything.
        let usual = |n: u32| f64::from(20 + 7 * (n % 11));
        let again = |n: u32| [order(n, 20, usual(n)), order(n, 80, usual(n) + f64::from(n % 3))];
        let loyal: Vec<PastOrder> = (0..40).flat_map(again).collect();
        let lost: Vec<PastOrder> = loyal.iter().copied().chain((40..120).map(|n| order(n, 20, usual(n)))).collect();
        assert!(of(&lost).explained < of(&loyal).explained - 0.1, "{:?} {:?}", of(&lost), of(&loyal));
    }

    #[test]
    fn nothing_to_tell_is_said() {
        assert_eq!(Noise::of(&[], Timestamp(0), 30, Cut::Quantile(0.99), 2.0), None);
        assert_eq!(Noise::of(&[order(1, 99, 10.0)], Timestamp(100 * DAY), 30, Cut::Quantile(0.99), 2.0), None);
        let losses: Vec<PastOrder> = (0..20).map(|n| order(n, 99, -f64::from(n))).collect();
        assert_eq!(
            Noise::of(&losses, Timestamp(100 * DAY), 30, Cut::Quantile(0.99), 2.0),
            None,
            "a lift of a loss means nothing"
        );
    }
}
