//! What a customer buys again: their own purchases, slowly forgotten.

use crate::bundle::Repeat;

/// Half-life where nothing better is known.
pub const DEFAULT_HALF_LIFE: f64 = 150.0;
/// Factor of popularity where nothing better is known: it breaks ties between things bought once.
pub const DEFAULT_PRIOR: f64 = 0.05;

/// The constants of a half-life in days; 0: a purchase never loses weight.
pub fn repeat(half_life_days: f64, prior: f64) -> Repeat {
    let fade = (0..64).map(|k| libm::exp2(-f64::from(k) / 64.0) as f32).collect();
    Repeat { half_life_days: half_life_days as f32, fade, prior: prior as f32 }
}

/// What a purchase `days` ago weighs, along the very steps that ranking takes.
pub fn weight(repeat: &Repeat, days: f64) -> f64 {
    if repeat.half_life_days <= 0.0 {
        return 1.0;
    }
    let lives = (days.max(0.0) / f64::from(repeat.half_life_days)).min(60.0);
    let whole = lives.floor();
    let step = ((lives - whole) * 64.0).floor() as usize;
    f64::from(repeat.fade.get(step).copied().unwrap_or(0.5)) / (1u64 << whole as u32) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purchase_halves_with_every_half_life() {
        let constants = repeat(30.0, 0.05);
        assert_eq!(weight(&constants, 0.0), 1.0);
        assert_eq!(weight(&constants, 30.0), 0.5);
        assert_eq!(weight(&constants, 90.0), 0.125);
        assert!((weight(&constants, 15.0) - 0.5f64.sqrt()).abs() < 1e-6);
        assert!(weight(&constants, 1e9) > 0.0);
    }

    #[test]
    fn without_a_half_life_nothing_fades() {
        assert_eq!(weight(&repeat(0.0, 0.0), 10_000.0), 1.0);
    }
}
