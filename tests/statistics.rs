//! The statistics of experiments against scipy, statsmodels and numpy; `tests/fixtures/statistics` says how they were made.
//! What they promise in the long run is in `tests/statistics_simulated.rs`.
#![cfg(feature = "train")]
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use endcap::report::statistics::*;
use serde_json::Value;

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/statistics").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

#[track_caller]
fn near(found: f64, wanted: f64, relative: f64) {
    assert!((found - wanted).abs() <= relative * wanted.abs().max(1e-300), "found {found}, wanted {wanted}");
}

fn arm<const H: usize>(value: &Value, columns: [usize; H]) -> VisitorSums<H> {
    let mut sums = VisitorSums::default();
    for row in rows(value) {
        sums.add(&Visitor { numerator: row[0], denominator: row[1], history: columns.map(|column| row[column]) });
    }
    sums
}

fn same_lift(found: &Lift, wanted: &Value) {
    near(found.lift, wanted["lift"].as_f64().unwrap(), 1e-9);
    near(found.degrees, wanted["degrees"].as_f64().unwrap(), 1e-9);
    near(found.p_value, wanted["p"].as_f64().unwrap(), 1e-8);
    let (interval, wanted) = (found.interval(0.95), numbers(&wanted["interval"]));
    near(interval.lower, wanted[0], 1e-7);
    near(interval.upper, wanted[1], 1e-7);
}

#[test]
fn distributions_are_those_of_scipy() {
    let golden = golden("distributions.json");
    for (name, of, relative) in [
        ("normal_cdf", normal_cdf as fn(f64) -> f64, 1e-12),
        ("normal_survival", normal_survival, 1e-12),
        ("normal_quantile", normal_quantile, 1e-12),
    ] {
        for row in rows(&golden[name]) {
            let found = of(row[0]);
            // The median is 0 here and 7e-17 there.
            assert!((found - row[1]).abs() <= relative * row[1].abs() || found.abs() < 1e-16, "{name} {row:?} {found}");
        }
    }
    for (name, of, relative) in [
        ("t_cdf", t_cdf as fn(f64, f64) -> f64, 1e-11),
        ("t_survival", t_survival, 1e-11),
        // CDFLIB searches to 1e-8.
        ("t_quantile", t_quantile, 1e-7),
        ("chi_squared_survival", chi_squared_survival, 1e-11),
    ] {
        for row in rows(&golden[name]) {
            let found = of(row[0], row[1]);
            assert!((found - row[2]).abs() <= relative * row[2].abs() + 1e-9 * relative, "{name} {row:?} {found}");
        }
    }
}

#[test]
fn a_ratio_and_its_lift_are_those_of_the_rows() {
    let golden = golden("arms.json");
    let arms = ["treatment", "control"].map(|name| Ratio::of(&arm(&golden[name], [])).unwrap());
    for (arm, wanted) in arms.iter().zip(rows(&golden["ratios"])) {
        near(arm.value(), wanted[0], 1e-12);
        near(arm.variance(), wanted[1], 1e-10);
    }
    let lift = Lift::of(&arms[0], &arms[1]).unwrap();
    assert_eq!(lift.scale, Scale::Log);
    near(lift.standard_error, golden["log"]["error"].as_f64().unwrap(), 1e-10);
    same_lift(&lift, &golden["log"]);
}

#[test]
fn few_orders_take_fiellers_way() {
    let golden = golden("arms.json");
    let arms = ["few_treatment", "few_control"].map(|name| Ratio::of(&arm(&golden[name], [])).unwrap());
    assert!(arms.iter().all(|arm| arm.denominator_cv() > 0.1));
    let lift = Lift::of(&arms[0], &arms[1]).unwrap();
    assert_eq!(lift.scale, Scale::Fieller);
    near(lift.statistic, golden["fieller"]["statistic"].as_f64().unwrap(), 1e-10);
    same_lift(&lift, &golden["fieller"]);
}

#[test]
fn history_is_taken_out_as_least_squares_do() {
    fn check<const H: usize>(golden: &Value, name: &str, columns: [usize; H]) {
        let wanted = &golden[name];
        let found = Adjusted::of(&arm(&golden["treatment"], columns), &arm(&golden["control"], columns)).unwrap();
        for (theta, wanted) in found.theta.iter().zip(numbers(&wanted["theta"])) {
            near(*theta, wanted, 1e-8);
        }
        near(found.variance_cut, wanted["cut"].as_f64().unwrap(), 1e-8);
        for ((arm, value), variance) in
            [found.treatment, found.control].iter().zip(numbers(&wanted["values"])).zip(numbers(&wanted["variances"]))
        {
            near(arm.value(), value, 1e-10);
            near(arm.variance(), variance, 1e-9);
        }
        same_lift(&Lift::of(&found.treatment, &found.control).unwrap(), &wanted["lift"]);
    }
    let golden = golden("arms.json");
    check(&golden, "single", [2]);
    check(&golden, "several", [2, 3, 4]);
}

#[test]
fn caps_are_numpys_quantiles() {
    let golden = golden("arms.json");
    let orders: Vec<f64> =
        ["treatment", "control"].iter().flat_map(|arm| rows(&golden[arm])).map(|row| row[0]).collect();
    for wanted in rows(&golden["caps"]) {
        near(Cap::at(&orders, wanted[0]).unwrap().limit(), wanted[1], 1e-12);
    }
}

#[test]
fn looks_spend_what_the_joint_normal_says() {
    for plan in golden("looks.json").as_array().unwrap() {
        let looks = Looks::spending(&numbers(&plan["fractions"]), plan["alpha"].as_f64().unwrap()).unwrap();
        for ((look, boundary), spent) in
            looks.looks.iter().zip(numbers(&plan["boundaries"])).zip(numbers(&plan["spent"]))
        {
            assert!((look.boundary - boundary).abs() < 2e-5, "{} {boundary}", look.boundary);
            assert!((look.spent - spent).abs() < 1e-7, "{} {spent}", look.spent);
        }
    }
}

#[test]
fn sequences_samples_sizes_and_holm() {
    let golden = golden("rest.json");
    for row in rows(&golden["sequences"]) {
        let sequence = ConfidenceSequence { alpha: row[1], planned_visitors: row[2] };
        near(sequence.critical(row[0]), row[3], 1e-12);
    }
    for row in golden["sample_ratios"].as_array().unwrap() {
        let visitors: Vec<u64> = numbers(&row[0]).iter().map(|count| *count as u64).collect();
        let found = SampleRatio::of(&visitors, &numbers(&row[1])).unwrap();
        near(found.statistic, row[2].as_f64().unwrap(), 1e-10);
        near(found.p_value, row[3].as_f64().unwrap(), 1e-10);
    }
    for row in rows(&golden["sizes"]) {
        let size = SampleSize { alpha: row[2], power: row[3], cv: row[0], design_effect: 1.0, explained: 0.0 };
        // statsmodels adds the chance of the wrong side, which is next to nothing, and does not round up.
        near(size.per_arm(row[1]), row[4], 1e-4);
    }
    for row in golden["holm"].as_array().unwrap() {
        holm(&numbers(&row[0])).iter().zip(numbers(&row[1])).for_each(|(found, wanted)| near(*found, wanted, 1e-12));
    }
}
