//! Sums of arms as figures that are read: amounts in major units, rates, lifts with intervals.

use crate::experiment::Metric;
use crate::report::moments::{Compared, Figure, Moments};
use crate::report::tally::{Slot, Told};
use crate::report::told::{Counts, Measured, RawLift};
use crate::shop::Currency;

/// The confidence of every interval that is not said to have another.
pub(super) const CONFIDENCE: f64 = 0.95;

/// How sums become figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Minor units of a major one.
    pub minor: f64,
    /// Whether margins mean something.
    pub with_margin: bool,
}

impl Scale {
    pub fn of(currency: Currency, with_margin: bool) -> Self {
        Self { minor: 10f64.powi(i32::try_from(currency.decimals()).unwrap_or(2)), with_margin }
    }

    /// An amount in major units.
    pub fn major(self, minor: i128) -> f64 {
        minor as f64 / self.minor
    }

    fn margin(self, minor: i128) -> Option<f64> {
        self.with_margin.then(|| self.major(minor))
    }
}

/// The figure that the kill rule's net lift is of: contribution margin an order, or revenue an order where costs are not known.
pub(super) fn net(scale: Scale) -> (&'static str, [Figure; 2]) {
    if scale.with_margin {
        ("contribution_margin_per_order", [Figure::Margin, Figure::Orders])
    } else {
        (Metric::Aov.name(), [Figure::Revenue, Figure::Orders])
    }
}

/// What a metric divides by what; revenue stands for margin where costs are not known.
pub(super) fn figures(metric: Metric, scale: Scale) -> [Figure; 2] {
    match metric {
        Metric::ContributionMarginPerVisitor if scale.with_margin => [Figure::Margin, Figure::One],
        Metric::ContributionMarginPerVisitor | Metric::RevenuePerVisitor => [Figure::Revenue, Figure::One],
        Metric::Aov => [Figure::Revenue, Figure::Orders],
        Metric::AttachRate => [Figure::Attached, Figure::Orders],
        Metric::Conversion => [Figure::Buyer, Figure::One],
    }
}

/// One figure of two arms; `None` where there is nothing to compare with.
pub(crate) fn measured(
    (metric, figures): (&'static str, [Figure; 2]),
    scale: Scale,
    [treatment, control]: [&Moments; 2],
    raw: Option<[&Moments; 2]>,
) -> Option<Measured> {
    let found = Compared::of(treatment, control, figures)?;
    let unit = if matches!(figures[0], Figure::Margin | Figure::Revenue) { scale.minor } else { 1.0 };
    let raw = raw.and_then(|[treatment, control]| Compared::plain(treatment, control, figures));
    Some(Measured {
        metric,
        control: found.control / unit,
        treatment: found.treatment / unit,
        lift: found.lift.lift,
        interval: found.lift.interval(CONFIDENCE),
        standard_error: found.lift.standard_error,
        p_value: found.lift.p_value,
        variance_cut: found.variance_cut,
        raw: raw.map(|raw| RawLift { lift: raw.lift.lift, interval: raw.lift.interval(CONFIDENCE) }),
    })
}

/// All figures of two arms, the registered one first.
pub(crate) fn all(first: Metric, scale: Scale, treatment: &Slot, control: &Slot) -> Vec<Measured> {
    let rest = Metric::ALL.into_iter().filter(|metric| *metric != first);
    let shown = std::iter::once(first)
        .chain(rest)
        .filter(|metric| scale.with_margin || *metric != Metric::ContributionMarginPerVisitor);
    let of = |metric: Metric| {
        let raw = Some([&treatment.raw, &control.raw]);
        measured((metric.name(), figures(metric, scale)), scale, [&treatment.capped, &control.capped], raw)
    };
    shown.filter_map(of).collect()
}

/// What was counted of an arm.
pub(crate) fn counts(slot: &Slot, scale: Scale) -> Counts {
    let sum = |figure| u64::try_from(slot.raw.sum(figure)).unwrap_or(0);
    counted(&slot.told, [sum(Figure::Attached), sum(Figure::Buyer)], scale)
}

/// What was counted, with attached orders and buyers.
pub(crate) fn counted(told: &Told, [attached_orders, buyers]: [u64; 2], scale: Scale) -> Counts {
    let by = |above: f64, below: u64| (below > 0).then(|| above / below as f64);
    let (revenue, margin) = (scale.major(told.revenue), scale.margin(told.margin));
    Counts {
        sessions: told.sessions,
        exposures: told.exposures,
        impressions: told.impressions,
        clicks: told.clicks,
        add_to_carts: told.adds,
        buyers,
        orders: told.orders,
        attached_orders,
        revenue,
        margin,
        click_rate: by(told.clicked as f64, told.impressions),
        attach_rate: by(attached_orders as f64, told.orders),
        conversion: by(buyers as f64, told.visitors),
        average_order_value: by(revenue, told.orders),
        revenue_per_session: by(revenue, told.sessions),
        revenue_per_visitor: by(revenue, told.visitors),
        margin_per_visitor: margin.and_then(|margin| by(margin, told.visitors)),
        margin_per_order: margin.and_then(|margin| by(margin, told.orders)),
        margin_rate: margin.filter(|_| revenue > 0.0).map(|margin| margin / revenue),
    }
}
