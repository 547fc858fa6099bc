//! What a relation takes and gives in the standard and in the small profile.

use super::costs::{Kept, bytes};
use super::judge::Trial;
use crate::bundle::RelationKind;
use crate::train::prune::{Rows, Size};
use serde::Serialize;

/// One relation in one profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProfileReport {
    /// `standard` or `small`.
    pub profile: &'static str,
    /// Most edges an item.
    pub row: usize,
    /// Bits a weight.
    pub bits: u8,
    /// Bytes in the bundle.
    pub bytes: u64,
    /// `HR@10`, or `HR@20` for `similar`.
    pub measure: &'static str,
    /// That measure on the held-out questions; none where there were too few.
    pub hr: Option<f64>,
    /// It as a share of the standard profile's.
    pub kept: Option<Kept>,
}

/// Both profiles of a relation whose `rows` ship; what the small one keeps was found by `trial`.
pub fn of(kind: RelationKind, rows: &Rows, bits: u8, trial: &Trial) -> Vec<ProfileReport> {
    let shipped = Size { row: rows.iter().map(Vec::len).max().unwrap_or(0), bits };
    let small = shipped.of_small(kind, rows.len());
    let visits = kind == RelationKind::Similar;
    let measure = if visits { "HR@20" } else { "HR@10" };
    let hr = trial.figures.map(|figures| if visits { figures.hr20.mean } else { figures.hr10.mean });
    let standard = bytes(kind, rows.clone(), bits).map(|bytes| ProfileReport {
        profile: "standard",
        row: shipped.row,
        bits,
        bytes,
        measure,
        hr,
        kept: None,
    });
    let small_rows = shipped.small(kind, &shipped.round(rows));
    let small = bytes(kind, small_rows, small.bits).map(|bytes| ProfileReport {
        profile: "small",
        row: small.row,
        bits: small.bits,
        bytes,
        measure,
        hr: hr.zip(trial.small).map(|(hr, kept)| hr * kept.share),
        kept: trial.small,
    });
    standard.into_iter().chain(small).collect()
}

/// Both in one line: `standard: 16 edges 4 bits, HR@10 0.3481, 612 KB; small: 8 edges 3 bits, −2.1 % (−3.0 to −1.2), 330 KB`.
pub fn line(profiles: &[ProfileReport]) -> String {
    profiles.iter().map(ProfileReport::describe).collect::<Vec<_>>().join("; ")
}

impl ProfileReport {
    fn describe(&self) -> String {
        let Self { profile, row, bits, measure, .. } = self;
        let kilobytes = (self.bytes as f64 / 1000.0).ceil();
        let worth = match (self.kept, self.hr) {
            (Some(kept), _) => format!(", {}", loss(&kept)),
            (None, Some(hr)) => format!(", {measure} {hr:.4}"),
            (None, None) => String::new(),
        };
        format!("{profile}: {row} edges {bits} bits{worth}, {kilobytes} KB")
    }
}

/// What is lost or won, in per cent, with its interval: `−2.1 % (−3.0 to −1.2)`.
pub fn loss(kept: &Kept) -> String {
    let percent = |share: f64| format!("{:+.1}", 100.0 * (share - 1.0)).replace('-', "−");
    let (mean, low, high) = (percent(kept.share), percent(kept.interval.lower), percent(kept.interval.upper));
    format!("{mean} % ({low} to {high})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Edge;
    use crate::evaluate::bootstrap::Interval;
    use crate::shop::ItemId;

    #[test]
    fn the_line_says_what_each_profile_costs() {
        let kept = Kept { share: 0.979, interval: Interval { lower: 0.97, upper: 0.988 } };
        let report = |profile, row, bits, bytes, hr, kept| ProfileReport {
            profile,
            row,
            bits,
            bytes,
            measure: "HR@10",
            hr,
            kept,
        };
        let both = [
            report("standard", 16, 4, 611_234, Some(0.3481), None),
            report("small", 8, 3, 330_000, Some(0.3408), Some(kept)),
        ];
        let expected =
            "standard: 16 edges 4 bits, HR@10 0.3481, 612 KB; small: 8 edges 3 bits, −2.1 % (−3.0 to −1.2), 330 KB";
        assert_eq!(line(&both), expected);
    }

    #[test]
    fn bytes_are_those_of_the_sections() {
        let rows: Rows = (0..40u32)
            .map(|i| {
                (0..40).filter(|j| *j != i).map(|j| Edge { item: ItemId(j), weight: 1.0 / (1 + j) as f32 }).collect()
            })
            .collect();
        let both = of(RelationKind::Cart, &rows, 4, &Trial::unproven(3));
        assert_eq!((both[0].row, both[0].bits, both[1].row, both[1].bits), (39, 4, 39, 3));
        assert!(both[0].bytes > both[1].bytes && both[0].hr.is_none() && both[1].kept.is_none());
    }
}
