//! Experiments drawn from a seed: days of orders with a known effect, and the figures that follow from them.

use endcap::report::statistics::{Interval, KillRule, OperatingPoint, Reason, SampleRatio};
use endcap::report::told::*;

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Spec<'a> {
    pub name: &'a str,
    pub placement: &'a str,
    pub days: u16,
    pub day: u32,
    /// A day, in all arms.
    pub visitors: f64,
    /// Name, share of visitors, lift of the average order, margin drag.
    pub arms: &'a [(&'a str, f64, f64, f64)],
    pub margins: bool,
    pub reason: Reason,
    pub owner: Option<&'a str>,
}

const ORDER: f64 = 52.0;
/// Of an order's margin, spread by mean.
const NOISE: f64 = 0.7;
const RATE: f64 = 0.30;
const CONVERSION: f64 = 0.061;

/// Numbers from a seed, near the normal distribution.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A day of November 2026 and of the months after it.
pub fn date(day: u32) -> String {
    let start: jiff::civil::Date = "2026-11-01".parse().unwrap();
    start.checked_add(jiff::Span::new().days(i64::from(day))).unwrap().to_string()
}

/// A figure whose lift and standard error are known.
pub fn measured(metric: &'static str, control: f64, lift: f64, standard_error: f64) -> Measured {
    let around = |lift: f64, error: f64| Interval { lower: lift - 1.96 * error, upper: lift + 1.96 * error };
    Measured {
        metric,
        control,
        treatment: control * (1.0 + lift),
        lift,
        interval: around(lift, standard_error),
        standard_error,
        p_value: 2.0 * endcap::report::statistics::normal_survival((lift / standard_error).abs()),
        variance_cut: 0.18,
        raw: Some(RawLift { lift: lift * 1.1, interval: around(lift * 1.1, standard_error * 1.3) }),
    }
}

/// The experiment, as the report would tell it.
pub fn experiment(spec: &Spec<'_>) -> ExperimentTold {
    let mut dice =
        Dice(spec.name.bytes().fold(7, |seed, byte| u64::wrapping_add(u64::wrapping_mul(seed, 31), u64::from(byte))));
    let days: Vec<Vec<DayArm>> =
        (0..spec.day).map(|day| spec.arms.iter().map(|arm| one_day(spec, arm, day, &mut dice)).collect()).collect();
    let arms: Vec<ArmTold> = spec.arms.iter().enumerate().map(|(at, arm)| arm_told(arm, at, &days)).collect();
    let started = spec.visitors > 0.0;
    let visitors: Vec<u64> = arms.iter().map(|arm| arm.visitors).collect();
    let ratio = SampleRatio::of(&visitors, &vec![1.0 / arms.len() as f64; arms.len()]).filter(|_| started);
    let alarm = spec.reason == Reason::SampleRatio;
    ExperimentTold {
        name: spec.name.into(),
        placement: spec.placement.into(),
        control: if spec.arms[0].0 == "incumbent" { "incumbent" } else { "none" },
        unit: "visitor",
        follows: (spec.name == "pdp-complements").then(|| "pdp-complements-q2".into()),
        plan: PlanTold {
            registration: if started { "kept" } else { "missing" },
            hash: "5f0c27ab91d4e37a".into(),
            metric: "contribution_margin_per_visitor",
            minimum_detectable_effect: 0.03,
            days: spec.days,
            kill: "aov_lift_net_of_margin_drag < 0.03 after 30 days".into(),
            threshold: 0.03,
            looks: 4,
            min_units: 110_000,
            cap: Some(412.5),
        },
        started: started.then(|| date(0)),
        day: spec.day,
        owner: spec.owner.map(str::to_owned),
        verdict: verdict(spec),
        sample_ratio: ratio.map(|ratio| SampleRatioTold {
            p_value: if alarm { ratio.p_value } else { ratio.p_value.max(0.2) },
            alarm,
            expected: vec![visitors.iter().sum::<u64>() as f64 / arms.len() as f64; arms.len()],
        }),
        join: JoinTold {
            arms: arms.iter().filter(|_| started).map(joined).collect(),
            p_value: started.then_some(0.63),
            holds: started,
        },
        exposed_orders: started.then_some(0.78),
        comparisons: (1..arms.len()).filter(|_| started).map(|at| comparison(spec, at, &arms, &days)).collect(),
        days: told_days(&days),
        segments: if started { segments(&arms, &mut dice) } else { Vec::new() },
        promotions: (spec.day > 25).then(|| Inside {
            names: vec!["Black Week".into()],
            inside: Some(measured("contribution_margin_per_order", 15.1, 0.021, 0.024)),
            outside: Some(measured("contribution_margin_per_order", 15.6, 0.058, 0.013)),
        }),
        arms,
    }
}

fn one_day(spec: &Spec<'_>, arm: &(&str, f64, f64, f64), day: u32, dice: &mut Dice) -> DayArm {
    let busy =
        [0.86, 0.9, 0.95, 1.0, 1.1, 1.16, 1.03][day as usize % 7] * if (22..28).contains(&day) { 1.5 } else { 1.0 };
    let visitors = (spec.visitors * arm.1 * busy + 12.0 * dice.normal()).max(0.0).round();
    let orders = (visitors * CONVERSION + (visitors * CONVERSION).sqrt() * dice.normal()).max(0.0).round();
    let spread = if orders > 0.0 { NOISE / orders.sqrt() } else { 0.0 };
    let revenue = orders * ORDER * (1.0 + arm.2) * (1.0 + spread * dice.normal());
    let seen = if arm.2 == 0.0 { 0.0 } else { visitors };
    DayArm {
        visitors: visitors as u64,
        exposures: (1.6 * visitors) as u64,
        clicks: (0.09 * seen) as u64,
        orders: orders as u64,
        revenue,
        margin: spec.margins.then_some(revenue * RATE * (1.0 - arm.3)),
    }
}

fn sums(days: &[Vec<DayArm>], at: usize) -> DayArm {
    days.iter().filter_map(|day| day.get(at)).fold(DayArm::default(), |sum, day| DayArm {
        visitors: sum.visitors + day.visitors,
        exposures: sum.exposures + day.exposures,
        clicks: sum.clicks + day.clicks,
        orders: sum.orders + day.orders,
        revenue: sum.revenue + day.revenue,
        margin: day.margin.map(|margin| margin + sum.margin.unwrap_or(0.0)),
    })
}

fn arm_told((name, share, ..): &(&str, f64, f64, f64), at: usize, days: &[Vec<DayArm>]) -> ArmTold {
    let sum = sums(days, at);
    let by = |below: u64, value: f64| (below > 0).then(|| value / below as f64);
    let shown = if at == 0 { 0 } else { sum.exposures * 4 / 5 };
    let sessions = sum.visitors * 13 / 10;
    let counts = Counts {
        sessions,
        exposures: sum.exposures,
        impressions: shown,
        clicks: sum.clicks,
        add_to_carts: sum.clicks * 2 / 5,
        buyers: sum.orders * 19 / 20,
        orders: sum.orders,
        attached_orders: if at == 0 { sum.orders / 31 } else { sum.orders / 9 },
        revenue: sum.revenue,
        margin: sum.margin,
        click_rate: by(shown, sum.clicks as f64),
        attach_rate: by(sum.orders, if at == 0 { sum.orders / 31 } else { sum.orders / 9 } as f64),
        conversion: by(sum.visitors, (sum.orders * 19 / 20) as f64),
        average_order_value: by(sum.orders, sum.revenue),
        revenue_per_session: by(sessions, sum.revenue),
        revenue_per_visitor: by(sum.visitors, sum.revenue),
        margin_per_visitor: sum.margin.and_then(|margin| by(sum.visitors, margin)),
        margin_per_order: sum.margin.and_then(|margin| by(sum.orders, margin)),
        margin_rate: sum.margin.map(|margin| margin / sum.revenue),
    };
    ArmTold { name: (*name).into(), control: at == 0, share: *share, visitors: sum.visitors, counts }
}

fn joined(arm: &ArmTold) -> JoinedArm {
    let joined = arm.counts.orders * 97 / 100;
    JoinedArm { arm: arm.name.clone(), orders: arm.counts.orders, joined, share: Some(0.97) }
}

/// Lift and standard error of what an order earns, up to a day.
fn net(days: &[Vec<DayArm>], at: usize) -> Option<(f64, f64)> {
    let (control, treatment) = (sums(days, 0), sums(days, at));
    let by_order = |arm: &DayArm| arm.margin.unwrap_or(arm.revenue) / arm.orders as f64;
    let lift = by_order(&treatment) / by_order(&control) - 1.0;
    let error = NOISE * (1.0 / control.orders as f64 + 1.0 / treatment.orders as f64).sqrt() * (1.0 + lift);
    (control.orders > 20 && treatment.orders > 20).then_some((lift, error))
}

fn told_days(days: &[Vec<DayArm>]) -> Vec<DayTold> {
    let day = |at: usize| {
        let lift = net(&days[..=at], 1).map(|(lift, error)| {
            let around = |z: f64| Interval { lower: lift - z * error, upper: lift + z * error };
            DayLift { lift, interval: around(1.96), always: around(2.9 + 1.0 / (at + 1) as f64) }
        });
        DayTold {
            date: date(at as u32),
            promotion: (22..28).contains(&at).then(|| "Black Week".into()),
            arms: days[at].clone(),
            net: lift,
        }
    };
    (0..days.len()).map(day).collect()
}

fn comparison(spec: &Spec<'_>, at: usize, arms: &[ArmTold], days: &[Vec<DayArm>]) -> Comparison {
    let (control, treatment) = (&arms[0].counts, &arms[at].counts);
    let (lift, error) = net(days, at).unwrap();
    let figure = |metric, of: fn(&Counts) -> Option<f64>, error: f64| {
        let (below, above) = (of(control)?, of(treatment)?);
        Some(measured(metric, below, above / below - 1.0, error))
    };
    let aov = figure("aov", |counts| counts.average_order_value, error);
    let aov_lift = aov.as_ref().map(|aov| aov.lift);
    let rest = [
        figure("contribution_margin_per_visitor", |counts| counts.margin_per_visitor, 1.4 * error),
        figure("revenue_per_visitor", |counts| counts.revenue_per_visitor, 1.4 * error),
        aov,
        figure("attach_rate", |counts| counts.attach_rate, 0.06),
        figure("conversion", |counts| counts.conversion, error),
    ];
    let boundaries = [(8, 4.33), (15, 2.96), (23, 2.36), (30, 2.01)];
    let look = |(day, boundary): (u32, f64)| {
        let statistic =
            (day <= spec.day).then(|| net(&days[..day as usize], at).map_or(0.0, |(lift, error)| lift / error));
        LookTold { day, boundary, statistic, crossed: statistic.is_some_and(|z| z.abs() > boundary) }
    };
    let metric = if spec.margins { "contribution_margin_per_order" } else { "revenue_per_order" };
    let per_order = if spec.margins { control.margin_per_order } else { control.average_order_value };
    let incremental = treatment.revenue * lift / (1.0 + lift);
    Comparison {
        arm: arms[at].name.clone(),
        net: per_order.map(|control| measured(metric, control, lift, error)),
        aov_lift,
        margin_drag: aov_lift.filter(|_| spec.margins).map(|aov| 1.0 - (1.0 + lift) / (1.0 + aov)),
        measured: rest.into_iter().flatten().collect(),
        looks: boundaries.map(look).into(),
        harm: spec.margins.then_some(Harm {
            interval: Interval { lower: lift - 4.0 * error, upper: lift + 4.0 * error },
            shown: false,
        }),
        novelty: (spec.day >= 20).then_some(NoveltyTold {
            early: lift + 0.012,
            late: lift - 0.009,
            p_value: 0.38,
            fades: false,
        }),
        attribution: Attribution {
            last_click_revenue: treatment.revenue * 0.11,
            assisted_revenue: treatment.revenue * 0.31,
            incremental_revenue: Some(incremental),
            incremental_interval: Some(Interval { lower: incremental * 0.2, upper: incremental * 1.8 }),
            incremental_margin: spec.margins.then_some(incremental * 0.27),
            ratio: (incremental > 0.0).then(|| treatment.revenue * 0.11 / incremental),
        },
        operating: OperatingPoint::table(&KillRule::default(), error).into(),
    }
}

fn segments(arms: &[ArmTold], dice: &mut Dice) -> Vec<SegmentTold> {
    let values = [
        ("device", "mobile", 0.62),
        ("device", "desktop", 0.31),
        ("device", "tablet", 0.07),
        ("region", "DE", 0.7),
        ("region", "AT", 0.2),
        ("region", "CH", 0.1),
    ];
    let segment = |(key, value, share): (&str, &str, f64)| {
        let part = |count: u64| (count as f64 * share) as u64;
        let orders: Vec<u64> = arms.iter().map(|arm| part(arm.counts.orders)).collect();
        let error = NOISE * orders.iter().take(2).map(|n| 1.0 / (*n).max(1) as f64).sum::<f64>().sqrt();
        SegmentTold {
            key: key.into(),
            value: value.into(),
            visitors: arms.iter().map(|arm| part(arm.visitors)).collect(),
            net: (orders[0] > 100)
                .then(|| measured("contribution_margin_per_order", 15.0, 0.04 + error * dice.normal(), error)),
            orders,
        }
    };
    values.map(segment).into()
}

fn verdict(spec: &Spec<'_>) -> VerdictTold {
    let next = match spec.reason {
        Reason::Shown => "Keep it for 95 % of visitors; 5 % stay in the control until the second verdict.",
        Reason::Below => "Switch it off: one line in the overlay, `off = [\"product page\"]`.",
        Reason::SampleRatio => "Mend the exposure events first, then start anew under another name.",
        Reason::Unclear => "Let it run for 30 more days, and decide then.",
        _ => "Wait: nothing can be said before day 30.",
    };
    VerdictTold {
        verdict: spec.reason.verdict(),
        reason: spec.reason,
        sentence: spec.reason.sentence().into(),
        next: next.into(),
        long_holdout: (spec.reason == Reason::Shown).then(|| LongHoldout {
            experiment: Some("cart-addons-long".into()),
            arm: "treatment".into(),
            share: 0.05,
            day: 180,
            on: "2027-04-30".into(),
        }),
    }
}
