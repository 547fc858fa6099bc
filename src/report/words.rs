//! What figures are called in front of people.

/// A metric's name in lower case; what has none here goes by its own word, with spaces.
pub fn metric(word: &str) -> String {
    match word {
        "contribution_margin_per_order" => "margin an order".into(),
        "contribution_margin_per_visitor" => "margin a visitor".into(),
        "aov" => "average order".into(),
        "revenue_per_order" => "revenue an order".into(),
        "revenue_per_visitor" => "revenue a visitor".into(),
        "revenue_per_session" => "revenue a session".into(),
        word => word.replace('_', " "),
    }
}

/// Whether a metric is a share, to be said in percent, and not an amount.
pub fn is_share(word: &str) -> bool {
    matches!(word, "attach_rate" | "conversion")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Metric;

    #[test]
    fn every_metric_of_a_plan_has_a_name_for_people() {
        for metric in Metric::ALL {
            let name = super::metric(metric.name());
            assert!(!name.contains('_') && name.len() < 18, "{name}");
        }
        assert!(is_share(Metric::Conversion.name()) && !is_share(Metric::Aov.name()));
    }
}
