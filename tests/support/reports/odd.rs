//! Reports that mean harm, or hold figures that nobody expects.

use super::full;
use endcap::report::statistics::Interval;
use endcap::report::told::*;

/// Names that a page, a terminal or a chart could fall for.
pub const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{ told }}{% raw %}</style></title>",
    "\u{1b}[31mred\u{1b}[0m\u{0}\u{7}\u{202e}turned round",
    "מבצע סוף עונה: סל קניות حملة نهاية الموسم",
    "a-name-without-a-single-space-that-is-longer-than-any-column-would-ever-be-and-goes-on-and-on-加购推荐实验第四季度",
];

/// Every text hostile, every interval unbounded, every figure beyond measure.
pub fn hostile() -> Report {
    let mut report = full();
    let mut next = (0..).map(|n| format!("{} {n}", HOSTILE[(n + n / HOSTILE.len()) % HOSTILE.len()]));
    let mut name = || next.next().unwrap();
    let (open, half) = (Interval::UNBOUNDED, Interval { lower: -1.0, upper: f64::INFINITY });
    for told in &mut report.experiments {
        (told.name, told.placement, told.owner) = (name(), name(), Some(name()));
        (told.verdict.sentence, told.verdict.next, told.plan.kill) = (name(), name(), name());
        told.arms.iter_mut().for_each(|arm| arm.name = name());
        told.join.arms.iter_mut().for_each(|arm| arm.arm = name());
        told.segments.iter_mut().for_each(|segment| (segment.key, segment.value) = (name(), name()));
        told.promotions.iter_mut().flat_map(|inside| &mut inside.names).for_each(|one| *one = name());
        for comparison in &mut told.comparisons {
            comparison.arm = name();
            comparison.net.iter_mut().for_each(|net| (net.lift, net.interval) = (f64::MAX, open));
            comparison.measured.iter_mut().for_each(|one| one.interval = half);
            comparison.attribution.incremental_interval = Some(open);
        }
        for day in &mut told.days {
            day.promotion = Some(name());
            day.net.iter_mut().for_each(|net| (net.interval, net.always) = (half, open));
            day.arms.iter_mut().for_each(|arm| arm.revenue = -1e300);
        }
    }
    for told in &mut report.placements {
        (told.name, told.owner, told.kpi) = (name(), Some(name()), Some(name()));
        told.products.iter_mut().for_each(|product| (product.sku, product.title) = (name(), Some(name())));
    }
    for finding in &mut report.quality.findings {
        (finding.sentence, finding.remedy, finding.experiment) = (name(), name(), Some(name()));
    }
    report.quality.files.iter_mut().for_each(|file| file.path = name());
    report.quarterly.without_owner = HOSTILE.map(str::to_owned).into();
    report.quarterly.holm.iter_mut().for_each(|holm| (holm.experiment, holm.arm) = (name(), name()));
    (report.timezone, report.generator) = (name(), name());
    report
}

/// Two experiments, of which every figure is this one.
pub fn strange(figure: f64) -> Report {
    let mut report = full();
    report.experiments.truncate(2);
    let interval = Interval { lower: figure, upper: figure };
    let strange = |one: &mut Measured| {
        (one.control, one.treatment, one.lift, one.p_value) = (figure, figure, figure, figure);
        (one.interval, one.standard_error, one.variance_cut) = (interval, figure, figure);
        one.raw = Some(RawLift { lift: figure, interval });
    };
    for told in &mut report.experiments {
        (told.plan.threshold, told.plan.minimum_detectable_effect, told.plan.cap) = (figure, figure, Some(figure));
        for arm in &mut told.arms {
            (arm.share, arm.counts.revenue, arm.counts.margin) = (figure, figure, Some(figure));
            (arm.counts.conversion, arm.counts.average_order_value) = (Some(figure), Some(figure));
        }
        for comparison in &mut told.comparisons {
            (comparison.aov_lift, comparison.margin_drag) = (Some(figure), Some(figure));
            comparison.measured.iter_mut().chain(&mut comparison.net).for_each(strange);
            comparison.looks.iter_mut().for_each(|look| (look.boundary, look.statistic) = (figure, Some(figure)));
            comparison.attribution.ratio = Some(figure);
        }
        for day in &mut told.days {
            day.arms.iter_mut().for_each(|arm| (arm.revenue, arm.margin) = (figure, Some(figure)));
            day.net = Some(DayLift { lift: figure, interval, always: interval });
        }
        told.segments.iter_mut().filter_map(|segment| segment.net.as_mut()).for_each(strange);
    }
    report.placements.iter_mut().flat_map(|told| &mut told.products).for_each(|one| one.revenue = figure);
    report
}
