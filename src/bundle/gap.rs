//! Repurchase gaps: the median days between two purchases of an item by one customer, one byte an item.

use super::draft::DraftItem;
use super::layout::{GAP_TOP_DAYS, NO_GAP};
use super::quantise::{step_code, step_value};

/// The section's bytes; `None` where no gap is known.
pub(super) fn encode(items: &[DraftItem]) -> Option<Vec<u8>> {
    let known = items.iter().any(|item| item.gap_days.is_some());
    known.then(|| items.iter().map(|item| item.gap_days.map_or(NO_GAP, code)).collect())
}

/// The step nearest to `days`, which are taken for 1 to 730: at most 2.2 % off.
fn code(days: u16) -> u8 {
    step_code(f32::from(GAP_TOP_DAYS), f32::from(days.clamp(1, GAP_TOP_DAYS)))
}

/// The days that a code stands for.
pub(super) fn days(code: u8) -> Option<f32> {
    (code != NO_GAP).then(|| step_value(f32::from(GAP_TOP_DAYS), code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::layout::LAST_GAP;

    #[test]
    fn every_gap_comes_back_within_a_fortieth() {
        for gap in 1..=GAP_TOP_DAYS {
            let code = code(gap);
            let found = days(code).unwrap();
            assert!(code <= LAST_GAP && (found / f32::from(gap) - 1.0).abs() < 0.023, "{gap} days became {found}");
        }
        assert_eq!((code(1), code(0), code(GAP_TOP_DAYS), code(u16::MAX)), (LAST_GAP, LAST_GAP, 0, 0));
        assert_eq!(days(NO_GAP), None);
    }
}
