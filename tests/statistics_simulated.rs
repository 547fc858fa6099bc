//! What the statistics of experiments promise in the long run, on simulated shops with a known truth: how often a test
//! of nothing finds something, how often an interval holds the truth, how often a planned effect is found.
//!
//! A shop's visitors have a level of spending each (log-normal) and one to many orders around it (geometric, three on
//! average), so that orders of one visitor resemble each other and a few outweigh the rest. Every run has its seed.
#![cfg(feature = "train")]
#![cfg(not(target_arch = "wasm32"))]

use endcap::report::statistics::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Logarithm of the median order.
const LEVEL: f64 = 3.5;

/// Log-normal spreads: between visitors, and of one visitor's orders.
#[derive(Clone, Copy)]
struct Spread {
    between: f64,
    within: f64,
}

/// An order is worth 1.1 of its mean, give or take, with a design effect of 2.4.
const WILD: Spread = Spread { between: 0.6, within: 0.7 };
/// … 0.45 of its mean, with 2.3.
const TAME: Spread = Spread { between: 0.25, within: 0.35 };

struct Shop {
    rng: ChaCha8Rng,
    spare: Option<f64>,
    spread: Spread,
    cap: Cap,
}

/// One arm counted by visitor (the right way) and by order (the wrong one). History: average order, known or not.
#[derive(Clone)]
struct Arm {
    visitors: VisitorSums<2>,
    orders: VisitorSums,
}

impl Arm {
    fn new() -> Self {
        Self { visitors: VisitorSums::default(), orders: VisitorSums::default() }
    }
}

impl Shop {
    /// The cap comes from orders of the time before.
    fn open(seed: u64, spread: Spread) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let mut shop = Self { rng, spare: None, spread, cap: Cap::frozen(f64::MAX).unwrap() };
        let before: Vec<f64> = (0..20_000)
            .map(|_| shop.taste())
            .collect::<Vec<f64>>()
            .into_iter()
            .map(|taste| shop.order(taste))
            .collect();
        shop.cap = Cap::at(&before, Cap::DEFAULT_QUANTILE).unwrap();
        shop
    }

    /// Between 0 and 1, never 0.
    fn uniform(&mut self) -> f64 {
        (f64::from(self.rng.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (size, angle) = ((-2.0 * self.uniform().ln()).sqrt(), std::f64::consts::TAU * self.uniform());
        self.spare = Some(size * angle.sin());
        size * angle.cos()
    }

    fn taste(&mut self) -> f64 {
        (LEVEL + self.spread.between * self.normal()).exp()
    }

    fn order(&mut self, level: f64) -> f64 {
        level * (self.spread.within * self.normal()).exp()
    }

    /// `count` visitors more, whose orders are larger by `factor`. A third was not there before the start.
    fn visit(&mut self, arm: &mut Arm, count: usize, factor: f64) {
        for _ in 0..count {
            let taste = self.taste();
            // The average of three orders spreads 0.6 times as much.
            let average = taste * (0.6 * self.spread.within * self.normal()).exp();
            let history = if self.uniform() < 1.0 / 3.0 { [0.0, 0.0] } else { [average, 1.0] };
            let (mut spent, mut orders) = (0.0, 0.0);
            loop {
                let order = self.order(factor * taste);
                let order = order * self.cap.share(order);
                arm.orders.add(&Visitor { numerator: order, denominator: 1.0, history: [] });
                spent += order;
                orders += 1.0;
                if self.uniform() < 1.0 / 3.0 {
                    break;
                }
            }
            arm.visitors.add(&Visitor { numerator: spent, denominator: orders, history });
        }
    }

    fn arms(&mut self, visitors: usize, factor: f64) -> [Arm; 2] {
        let mut arms = [Arm::new(), Arm::new()];
        self.visit(&mut arms[0], visitors, factor);
        self.visit(&mut arms[1], visitors, 1.0);
        arms
    }

    /// The lift of capped orders when all orders grow by `factor`: exact, of the log-normal.
    fn truth(&self, factor: f64) -> f64 {
        let spread = self.spread.between.hypot(self.spread.within);
        let capped = |factor: f64| {
            let (level, cap) = (LEVEL + factor.ln(), self.cap.limit());
            let place = (cap.ln() - level) / spread;
            (level + spread * spread / 2.0).exp() * normal_cdf(place - spread) + cap * normal_survival(place)
        };
        capped(factor) / capped(1.0) - 1.0
    }
}

fn lift<const H: usize>(treatment: &VisitorSums<H>, control: &VisitorSums<H>) -> Lift {
    Lift::of(&Ratio::of(treatment).unwrap(), &Ratio::of(control).unwrap()).unwrap()
}

fn adjusted(arms: &[Arm; 2]) -> (Lift, f64) {
    let found = Adjusted::of(&arms[0].visitors, &arms[1].visitors).unwrap();
    (Lift::of(&found.treatment, &found.control).unwrap(), found.variance_cut)
}

#[track_caller]
fn within(name: &str, found: f64, low: f64, high: f64) {
    println!("{name}: {found:.4}");
    assert!((low..=high).contains(&found), "{name}: {found}, expected {low} to {high}");
}

/// The share of `runs` in which `of` is true.
fn share(runs: usize, mut of: impl FnMut() -> bool) -> f64 {
    (0..runs).filter(|_| of()).count() as f64 / runs as f64
}

#[test]
fn a_test_of_nothing_finds_something_in_five_of_a_hundred_and_orders_as_units_in_twenty() {
    let (mut shop, runs) = (Shop::open(1, WILD), 3_000);
    let (mut naive, mut corrected) = (0, 0);
    let found = share(runs, || {
        let arms = shop.arms(300, 1.0);
        naive += usize::from(lift(&arms[0].orders, &arms[1].orders).p_value < 0.05);
        corrected += usize::from(adjusted(&arms).0.p_value < 0.05);
        lift(&arms[0].visitors, &arms[1].visitors).p_value < 0.05
    });
    within("A/A by visitor", found, 0.035, 0.065);
    within("A/A by visitor, history taken out", corrected as f64 / runs as f64, 0.035, 0.065);
    within("A/A by order, the wrong way", naive as f64 / runs as f64, 0.13, 0.28);
}

#[test]
fn four_looks_err_in_five_of_a_hundred() {
    let plans = [
        Looks::obrien_fleming(&equal_fractions(4), 0.05).unwrap(),
        Looks::spending(&equal_fractions(4), 0.05).unwrap(),
    ];
    let (mut shop, runs) = (Shop::open(2, WILD), 4_000);
    let (mut ended, mut naive) = ([0; 2], 0);
    for _ in 0..runs {
        let mut arms = [Arm::new(), Arm::new()];
        let statistics: Vec<f64> = (0..4)
            .map(|_| {
                arms.iter_mut().for_each(|arm| shop.visit(arm, 100, 1.0));
                lift(&arms[0].visitors, &arms[1].visitors).statistic
            })
            .collect();
        for (plan, ended) in plans.iter().zip(&mut ended) {
            let is_end = |(look, z): (usize, &f64)| matches!(plan.decide(look, *z), Standing::Better | Standing::Worse);
            *ended += usize::from(statistics.iter().enumerate().any(is_end));
        }
        naive += usize::from(statistics.iter().any(|z| z.abs() > 1.96));
    }
    within("type I, O'Brien–Fleming", ended[0] as f64 / runs as f64, 0.043, 0.057);
    within("type I, spending", ended[1] as f64 / runs as f64, 0.043, 0.057);
    within("type I, four looks at 1.96", naive as f64 / runs as f64, 0.11, 0.15);
}

#[test]
fn the_guardrail_may_be_watched_daily() {
    let mut shop = Shop::open(3, WILD);
    let sequence = ConfidenceSequence { alpha: 0.05, planned_visitors: 1_200.0 };
    let mut stopped_by_harm = 0;
    let missed = share(1_000, || {
        let mut arms = [Arm::new(), Arm::new()];
        let mut has_missed = false;
        let mut is_harm = false;
        for day in 1..=30 {
            arms.iter_mut().for_each(|arm| shop.visit(arm, 20, 1.0));
            let found = lift(&arms[0].visitors, &arms[1].visitors);
            let seen = arms.each_ref().map(|arm| arm.visitors.visitors());
            has_missed |= day >= 10 && !sequence.interval(&found, seen[0] + seen[1]).contains(0.0);
            is_harm |= sequence.shows_harm(&found, seen, day);
        }
        stopped_by_harm += usize::from(is_harm);
        has_missed
    });
    within("always-valid interval misses", missed, 0.0, 0.05);
    within("harm seen where there is none", stopped_by_harm as f64 / 1_000.0, 0.0, 0.025);
}

#[test]
fn intervals_hold_the_truth_in_95_of_100() {
    let (mut shop, runs) = (Shop::open(4, WILD), 2_500);
    let truth = shop.truth(1.05);
    let mut held = 0;
    let found = share(runs, || {
        let arms = shop.arms(400, 1.05);
        held += usize::from(adjusted(&arms).0.interval(0.95).contains(truth));
        lift(&arms[0].visitors, &arms[1].visitors).interval(0.95).contains(truth)
    });
    within("coverage", found, 0.93, 0.97);
    within("coverage, history taken out", held as f64 / runs as f64, 0.93, 0.97);
}

#[test]
fn fiellers_interval_holds_with_thirty_visitors() {
    let (mut shop, mut ways) = (Shop::open(5, WILD), 0);
    let truth = shop.truth(1.3);
    let runs = 4_000;
    let found = share(runs, || {
        let arms = shop.arms(30, 1.3);
        let found = lift(&arms[0].visitors, &arms[1].visitors);
        ways += usize::from(found.scale == Scale::Fieller);
        found.interval(0.95).contains(truth)
    });
    within("taken by Fieller", ways as f64 / runs as f64, 0.9, 1.0);
    // Heavy tails and thirty visitors: rather too wide than too narrow.
    within("coverage with thirty visitors", found, 0.93, 0.98);
}

#[test]
fn history_cuts_the_variance_and_moves_nothing() {
    let (mut shop, runs) = (Shop::open(6, WILD), 1_500);
    let truth = shop.truth(1.08);
    let (mut cut, mut off, mut errors) = (0.0, 0.0, 0.0);
    for _ in 0..runs {
        let (found, variance_cut) = adjusted(&shop.arms(400, 1.08));
        cut += variance_cut / runs as f64;
        off += (found.lift - truth) / runs as f64;
        errors += found.standard_error / runs as f64;
    }
    within("variance cut", cut, 0.10, 0.40);
    within("bias in standard errors", off / errors, -0.1, 0.1);
}

/// Plans for a lift by `factor`, runs it `runs` times with four looks: share found by them, by the last alone, both less
/// what the calculator says.
fn planned(mut shop: Shop, factor: f64, runs: usize) -> [f64; 3] {
    let mut before = Arm::new();
    shop.visit(&mut before, 30_000, 1.0);
    let baseline = Baseline::of(&before.visitors, &before.orders).unwrap();
    within("design effect", baseline.design_effect, 1.6, 3.1);
    let (size, effect) = (SampleSize::of(&baseline), shop.truth(factor));
    let looks = Looks::obrien_fleming(&equal_fractions(4), 0.05).unwrap();
    let orders = size.per_arm(effect);
    let quarter = (orders / 3.0 / 4.0).round() as usize;
    let mut at_the_end = 0;
    let found = share(runs, || {
        let mut arms = [Arm::new(), Arm::new()];
        let mut is_found = false;
        for look in 0..4 {
            shop.visit(&mut arms[0], quarter, factor);
            shop.visit(&mut arms[1], quarter, 1.0);
            let statistic = lift(&arms[0].visitors, &arms[1].visitors).statistic;
            is_found |= looks.decide(look, statistic) == Standing::Better;
            at_the_end += usize::from(look == 3 && statistic > 1.96);
        }
        is_found
    });
    let at_the_end = at_the_end as f64 / runs as f64;
    println!("{effect:.4}, {orders} orders an arm: four looks {found:.3}, one look {at_the_end:.3}");
    let drift = normal_quantile(0.975) + normal_quantile(0.8);
    [found, found - looks.power(drift), at_the_end - size.power_at(effect, orders)]
}

#[test]
fn a_planned_effect_is_found() {
    let [found, four, one] = planned(Shop::open(7, TAME), 1.03, 1_200);
    within("power of four looks at the planned 3 %", found, 0.77, 0.83);
    within("four looks, less the calculator", four, -0.03, 0.03);
    within("one look, less the calculator", one, -0.03, 0.03);
}

#[test]
fn larger_effects_are_found_as_the_calculator_says() {
    for (seed, spread, factor) in [(10, TAME, 1.06), (11, WILD, 1.12)] {
        let [_, four, one] = planned(Shop::open(seed, spread), factor, 1_500);
        // A little more is found: where orders are cut off, larger ones are more alike.
        within("four looks, less the calculator", four, -0.03, 0.05);
        within("one look, less the calculator", one, -0.03, 0.05);
    }
}

#[test]
fn half_a_percent_of_missing_visitors_is_seen() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let threshold = (0.505 * 4_294_967_296.0) as u32;
    let found = share(600, || {
        let treatment = (0..200_000).filter(|_| rng.next_u32() < threshold).count() as u64;
        SampleRatio::of(&[treatment, 200_000 - treatment], &[0.5, 0.5]).unwrap().is_alarm()
    });
    within("mismatch of 50.5 to 49.5 found", found, 0.85, 1.0);
    let alarms = share(100_000, || {
        let treatment: u64 = (0..160).map(|_| u64::from(rng.next_u64().count_ones())).sum();
        SampleRatio::of(&[treatment, 160 * 64 - treatment], &[0.5, 0.5]).unwrap().is_alarm()
    });
    within("false alarms", alarms, 0.0, 0.0015);
}

#[test]
fn verdicts_err_as_often_as_the_table_says() {
    let (mut shop, runs, visitors) = (Shop::open(9, WILD), 1_500, 900);
    let truth = shop.truth(1.05);
    let rule = KillRule::default();
    let sample_ratio = SampleRatio::of(&[visitors, visitors], &[0.5, 0.5]).unwrap();
    let (mut counts, mut error) = ([0; 3], 0.0);
    for _ in 0..runs {
        let arms = shop.arms(visitors as usize, 1.05);
        let net = lift(&arms[0].visitors, &arms[1].visitors);
        error += net.standard_error / runs as f64;
        let (orders, day) = (arms[1].orders.visitors(), 30);
        let evidence = Evidence {
            net: Some(net),
            registered: None,
            forbidden: None,
            visitors: orders,
            day,
            sample_ratio,
            orders_joined: true,
            harm: false,
            extended: false,
        };
        match rule.decide(&evidence).verdict() {
            Verdict::Revert => counts[0] += 1,
            Verdict::Keep => counts[1] += 1,
            Verdict::Extend => counts[2] += 1,
            Verdict::Inconclusive => panic!("{evidence:?}"),
        }
    }
    let table = OperatingPoint::of(&rule, truth, error);
    let [revert, keep, extend] = counts.map(|count| f64::from(count) / runs as f64);
    within("reverted, less the table", revert - table.revert, -0.04, 0.04);
    within("kept, less the table", keep - table.keep, -0.04, 0.04);
    within("extended, less the table", extend - table.extend, -0.04, 0.04);
    println!("table {table:?}");
}
