//! What an experiment is decided by.

/// A figure that a plan names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Price minus variable cost, by unit that could have seen the placement.
    ContributionMarginPerVisitor,
    /// Average order value: revenue by order.
    Aov,
    /// Revenue by unit that could have seen the placement.
    RevenuePerVisitor,
    /// Orders with a recommended product, by order.
    AttachRate,
    /// Units with an order, by unit.
    Conversion,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::ContributionMarginPerVisitor, Self::Aov, Self::RevenuePerVisitor, Self::AttachRate, Self::Conversion];

    /// The word used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContributionMarginPerVisitor => "contribution_margin_per_visitor",
            Self::Aov => "aov",
            Self::RevenuePerVisitor => "revenue_per_visitor",
            Self::AttachRate => "attach_rate",
            Self::Conversion => "conversion",
        }
    }
}

/// What a kill rule looks at: the treatment against the control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The lift of contribution margin by order: `(1 + AOV lift)(1 − margin drag) − 1`.
    NetLift,
    /// The share of the margin rate that is lost: `(rate of control − rate of treatment) / rate of control`.
    MarginDrag,
    /// The lift of a metric: `treatment / control − 1`.
    Lift(Metric),
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NetLift,
        Self::MarginDrag,
        Self::Lift(Metric::ContributionMarginPerVisitor),
        Self::Lift(Metric::Aov),
        Self::Lift(Metric::RevenuePerVisitor),
        Self::Lift(Metric::AttachRate),
        Self::Lift(Metric::Conversion),
    ];

    /// The word used in a kill rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::NetLift => "aov_lift_net_of_margin_drag",
            Self::MarginDrag => "margin_drag",
            Self::Lift(Metric::ContributionMarginPerVisitor) => "contribution_margin_per_visitor_lift",
            Self::Lift(Metric::Aov) => "aov_lift",
            Self::Lift(Metric::RevenuePerVisitor) => "revenue_per_visitor_lift",
            Self::Lift(Metric::AttachRate) => "attach_rate_lift",
            Self::Lift(Metric::Conversion) => "conversion_lift",
        }
    }

    /// Whether more of it is worse.
    pub fn is_loss(self) -> bool {
        self == Self::MarginDrag
    }
}
