//! The engine as JavaScript calls it; run in Node by `wasm_node.rs` and in a browser by `wasm_browser.rs`.

use crate::support::damage::with_hashes;
use crate::support::everything::everything;
use crate::support::{complete, noise, six};
use endcap::bundle::{Bundle, Draft, write};
use endcap::placement::{PastPurchase, Recommender, Request};
use endcap::wasm::Engine;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const PLACEMENTS: [&str; 5] = ["cart", "pdp_complements", "pdp_similar", "post_purchase", "bestsellers"];
/// The number by which the package says that a request names no limit.
const NO_LIMIT: u32 = u32::MAX;
/// The number of a list that stands on no page.
const ALONE: u32 = 0;

/// What is asked; lists are joined by line feeds.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    placement: &'a str,
    cart: &'a str,
    product: &'a str,
    recent: &'a str,
    history: &'a str,
    days: &'a [f32],
    exclude: &'a str,
}

/// The SKUs of an answer, after a look at its shape.
fn shown(engine: &mut Engine, asked: Asked<'_>, limit: u32) -> Vec<String> {
    let Asked { placement, cart, product, recent, history, days, exclude } = asked;
    let flat =
        engine.recommend(placement, cart, &[], product, recent, history, days, exclude, "", "", f64::NAN, limit, ALONE);
    assert_eq!(flat[0], 0, "{placement} was not answered");
    assert!(
        flat[1] <= 3 && flat[2] <= 4 && (flat[1] == 0) == (flat[2] == 0) && flat.len() == 11 + flat[10] as usize * 8
    );
    assert_eq!(flat[5], 0, "nobody is in an arm here");
    assert_eq!(flat[3] > 0, placement == "post_purchase");
    assert_eq!(flat[4], 0, "nothing is silent here");
    listed(engine, &flat)
}

/// The SKUs of a flat answer.
fn listed(engine: &Engine, flat: &[u32]) -> Vec<String> {
    let picks = flat[11..].chunks(8).map(|pick| {
        assert!(f32::from_bits(pick[1]) >= 0.0 && pick[2] < 9 && pick[3] <= 1 && pick[4] <= 3);
        engine.sku(pick[0]).expect("an item of the bundle")
    });
    picks.collect()
}

/// The flat answer to a cart, as a block of a page or alone.
fn block(engine: &mut Engine, placement: &str, cart: &str, amounts: &[f64], number: u32) -> Vec<u32> {
    engine.recommend(placement, cart, amounts, "", "", "", &[], "", "", "", f64::NAN, NO_LIMIT, number)
}

fn in_cart(cart: &str) -> Asked<'_> {
    Asked { placement: "cart", cart, ..Asked::default() }
}

fn bought(days: &[f32]) -> Asked<'_> {
    Asked { placement: "post_purchase", history: "SCALE\nKETTLE", days, ..Asked::default() }
}

fn of_six() -> Engine {
    opened(&write(&six()).unwrap())
}

fn opened(bytes: &[u8]) -> Engine {
    Engine::new(bytes.to_vec()).unwrap_or_else(|_| panic!("a sound bundle was refused"))
}

/// The code and the text of the error that JavaScript sees.
fn refusal(bytes: &[u8]) -> Option<(String, String)> {
    let error: JsValue = Engine::new(bytes.to_vec()).err()?.into();
    let text = String::from(error.unchecked_into::<js_sys::Error>().message());
    let (code, advice) = text.split_once(": ").expect("a code, a colon, the advice");
    Some((code.to_string(), advice.to_string()))
}

fn code(bytes: &[u8]) -> String {
    refusal(bytes).expect("a damaged bundle opened").0
}

#[wasm_bindgen_test]
fn add_ons_come_from_the_cart() {
    let mut engine = of_six();
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), 2), ["FILTER-S", "DRIPPER"]);
    assert_eq!(shown(&mut engine, in_cart("KETTLE\nDRIPPER"), NO_LIMIT), ["FILTER-S", "SCALE"]);
    assert_eq!(
        shown(&mut engine, Asked { placement: "pdp_similar", product: "FILTER-S", ..Asked::default() }, 1),
        ["KETTLE"]
    );
    assert_eq!(engine.placements().split('\n').collect::<Vec<_>>(), PLACEMENTS);
    assert!(engine.has_cards() && engine.card(1).unwrap().starts_with("The kettle\u{1f}/p/KETTLE\u{1f}"));
    assert_eq!((engine.item("KETTLE"), engine.item("?"), engine.sku(6), engine.card(6)), (Some(1), None, None, None));
}

#[wasm_bindgen_test]
fn odd_requests_get_sane_answers() {
    let mut engine = of_six();
    let best = shown(&mut engine, in_cart(""), NO_LIMIT);
    assert_eq!(best, ["FILTER-S", "KETTLE", "DRIPPER", "SCALE"]);
    assert_eq!(shown(&mut engine, in_cart("no such thing\n\u{1F6D2}\n\n"), NO_LIMIT), best);
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), 0), Vec::<String>::new());
    assert_eq!(
        shown(&mut engine, in_cart("KETTLE\nKETTLE\nDRIPPER\nKETTLE"), NO_LIMIT),
        shown(&mut engine, in_cart("DRIPPER\nKETTLE"), NO_LIMIT)
    );
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), 100_000), shown(&mut engine, in_cart("KETTLE"), NO_LIMIT));
    assert_eq!(block(&mut engine, "sidebar", "KETTLE", &[], ALONE), [1]);
    let amounts = [f64::NAN, -1.0, f64::INFINITY];
    let odd = block(&mut engine, "cart", "KETTLE", &amounts, ALONE);
    assert_eq!(odd, block(&mut engine, "cart", "KETTLE", &[], ALONE));
}

#[wasm_bindgen_test]
fn days_that_are_no_age_count_as_today() {
    let mut engine = of_six();
    let today = shown(&mut engine, bought(&[0.0, 0.0]), 2);
    assert_eq!(today, ["KETTLE", "SCALE"]);
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, f32::MIN] {
        assert_eq!(shown(&mut engine, bought(&[odd, odd]), 2), today, "{odd}");
    }
    assert_eq!(shown(&mut engine, bought(&[]), 2), today, "ages that are missing");
    assert_eq!(shown(&mut engine, bought(&[1.0, f32::MAX]), 1), ["SCALE"]);
}

#[wasm_bindgen_test]
fn ten_thousand_lines_are_answered() {
    let draft = noise(6000, 8, 5);
    let mut engine = opened(&write(&draft).unwrap());
    let cart: Vec<String> = (0..10_000).map(|n| format!("SKU-{:05}", (n * 31) % 5400)).collect();
    for placement in PLACEMENTS {
        let found = shown(&mut engine, Asked { placement, ..in_cart(&cart.join("\n")) }, NO_LIMIT);
        assert!(!found.is_empty() && found.iter().all(|sku| !cart.contains(sku)), "{placement}");
    }
}

/// Nothing is lost on the flat way: items, bits, reasons and voters are the recommender's.
#[wasm_bindgen_test]
fn the_flat_answer_is_the_recommenders() {
    let mut draft = noise(300, 12, 9);
    (draft.calibration, draft.pins) = (complete().calibration, complete().pins);
    draft.items[200..].iter_mut().for_each(|item| item.share = 0.0);
    draft.items.iter_mut().step_by(3).for_each(|item| item.gap_days = Some(20));
    let bytes = write(&draft).unwrap();
    let (mut engine, mut recommender) = (opened(&bytes), Recommender::open(&bytes[..]).unwrap());
    let skus: Vec<&str> = draft.items.iter().map(|item| item.sku.as_str()).collect();
    for n in 0..300 {
        let placement = PLACEMENTS[n % 5];
        let (cart, recent, exclude) = (&skus[n % 97..n % 97 + n % 13], &skus[n % 50..n % 50 + n % 7], &skus[..n % 4]);
        let history = [PastPurchase { sku: skus[n], days_ago: n as f32 }, PastPurchase { sku: skus[0], days_ago: 9.5 }];
        let product = (n % 3 == 0).then_some(skus[n]);
        let limit = n as u32 % 12;
        let request = Request {
            placement,
            cart,
            product,
            recent,
            history: &history,
            exclude,
            limit: Some(limit),
            ..Request::default()
        };
        let answer = recommender.recommend(&request).unwrap();
        let mut expected = vec![
            0,
            answer.fallback.map_or(0, |rung| rung as u32),
            answer.fallback_reason.map_or(0, |reason| reason as u32),
            answer.due.map_or(0, |due| due + 1),
            answer.silent.map_or(0, |why| why as u32),
            0,
        ];
        let name = answer.recommendation.to_string();
        expected.extend((0..4).map(|at| u32::from_str_radix(&name[at * 8..at * 8 + 8], 16).unwrap()));
        expected.push(answer.picks.len() as u32);
        for pick in answer.picks {
            let because: Vec<u32> = pick.because().map(|item| item.0).chain([0; 3]).take(3).collect();
            let (relaxed, voters) = (u32::from(pick.relaxed), pick.because().count() as u32);
            expected.extend([pick.item.0, pick.score.to_bits(), pick.reason as u32, relaxed, voters]);
            expected.extend(because);
        }
        let found = engine.recommend(
            placement,
            &cart.join("\n"),
            &[],
            product.unwrap_or_default(),
            &recent.join("\n"),
            &[skus[n], skus[0]].join("\n"),
            &[n as f32, 9.5],
            &exclude.join("\n"),
            "",
            "",
            f64::NAN,
            limit,
            ALONE,
        );
        assert_eq!(found, expected, "question {n}");
    }
}

#[wasm_bindgen_test]
fn blocks_of_a_page_share_nothing() {
    let mut engine = of_six();
    let mut shows = |number: u32| {
        let flat = block(&mut engine, "cart", "KETTLE", &[], number);
        listed(&engine, &flat)
    };
    let first = shows(1);
    assert!(shows(2).iter().all(|sku| !first.contains(sku)));
    assert_eq!(shows(1), first, "a new page");
    assert_eq!(shows(ALONE), first);
}

#[wasm_bindgen_test]
fn a_list_of_the_shops_own_is_answered_by_its_places() {
    let mut engine = of_six();
    let flat = engine.rerank("cart", "", &[], "", "", "", &[], "", "", "", f64::NAN, "CUP\n?\nKETTLE");
    // The unknown and the kettle, then the cup, which is sold out, with one product in its place.
    assert_eq!((&flat[..2], &flat[6..13]), (&[0, 0][..], &[3, 2, 4, 1, 1, 0, 1][..]), "{flat:?}");
    assert_eq!((engine.sku(flat[13]).as_deref(), flat.len()), (Some("SCALE"), 21));
}

/// What changes on the spot crosses as numbers, becomes an overlay, and takes effect like any other.
#[wasm_bindgen_test]
fn a_change_becomes_an_overlay() {
    let mut engine = of_six();
    let nothing = f64::NAN;
    let out = [4.0, nothing, nothing, 0.0, nothing, nothing];
    let of = |engine: &Engine, skus: &str, facts: &[f64], revision: f64| {
        engine.overlay(skus, facts, "", "", false, "", &[], revision, nothing).ok().expect("a sound change")
    };
    let overlay = of(&engine, "SCALE\nDRIPPER\nGONE", &[out, out, out].concat(), 3.0);
    assert_eq!(engine.patch(&overlay).ok(), Some(vec![1, 2, 1, 0]));
    assert_eq!(engine.patch(&overlay).ok(), Some(vec![0, 0, 0, 0]));
    assert_eq!(engine.patch_locally(&overlay).ok(), Some(vec![1, 2, 1, 0]));
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), NO_LIMIT), ["FILTER-S"]);
    assert!(engine.patch(&of(&engine, "CUP", &out, 2.0)).is_err(), "an older one");
    let counted = of(&engine, "CUP", &[nothing, 3.0, nothing, 0.0, nothing, nothing], 9.0);
    assert!(engine.patch(&counted).is_err(), "a count for a public bundle");
    assert!(engine.set_enabled("cart", false) && !engine.set_enabled("crat", false));
    let off = block(&mut engine, "cart", "KETTLE", &[], ALONE);
    assert_eq!((&off[..6], &off[10..]), (&[0, 0, 0, 0, 1, 0][..], &[0][..]));
}

/// Who is in which arm: the numbers say that there is one, and `arm` says which; an overlay takes it back.
#[wasm_bindgen_test]
fn arms_are_told_by_their_names() {
    let draft = Draft { private: None, ..everything() };
    let mut engine = opened(&write(&draft).unwrap());
    let ask = |engine: &mut Engine, unit: &str| {
        // Dear enough that the window of prices lets something pass.
        let (cart, amounts, now) = ("KETTLE\nDRIPPER", [9.0, 99.0, 1.0, f64::NAN], 1_790_000_000.0);
        let flat = engine.recommend("cart", cart, &amounts, "", "", "", &[], "", "", unit, now, NO_LIMIT, ALONE);
        assert_eq!(flat[5] == 0, engine.arm() == "\u{1f}");
        assert_eq!(flat[4] >= 3, engine.arm().ends_with("holdout"), "a list is kept back from those held out");
        (engine.arm(), flat[10])
    };
    let found: std::collections::BTreeMap<String, u32> = (0..200).map(|n| ask(&mut engine, &format!("u{n}"))).collect();
    let arms: Vec<&str> = found.keys().map(String::as_str).collect();
    let expected =
        ["global_holdout", "served", "cart-addons-q1|holdout", "cart-addons-q1|plain", "cart-addons-q1|treatment"];
    let expected =
        expected.map(|arm| if arm.contains('|') { arm.replace('|', "\u{1f}") } else { format!("\u{1f}{arm}") });
    assert_eq!(arms, expected);
    assert!(found.values().all(|count| *count > 0), "what is kept back is told of as well");
    assert_eq!(ask(&mut engine, "").0, "\u{1f}");
    assert_eq!(engine.experiments(), "cart-addons-q1\nCheckout_2");
    let change = "cart-addons-q1\u{1f}0\u{1f}holdout\u{1f}1\u{1f}b\u{1f}9\ngone\u{1f}";
    let overlay = engine.overlay("", &[], "", change, false, "", &[], 1.0, f64::NAN).ok().expect("a sound change");
    assert_eq!(engine.patch(&overlay).ok(), Some(vec![1, 0, 0, 1]));
    let arms: Vec<String> = (0..200).map(|n| ask(&mut engine, &format!("u{n}")).0).collect();
    assert!(arms.iter().all(|arm| arm == "\u{1f}served" || arm == "\u{1f}global_holdout"));
    assert!(
        engine.overlay("", &[], "", "cart-addons-q1\u{1f}1\u{1f}holdout\u{1f}x", false, "", &[], 2.0, 0.0).is_err()
    );
}

/// What the TypeScript never writes is read as nothing.
#[wasm_bindgen_test]
fn numbers_that_are_no_rules_do_no_harm() {
    let mut engine = of_six();
    let mut word = 1u32;
    for length in 0..400 {
        let numbers: Vec<f64> = (0..length)
            .map(|_| {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                [f64::NAN, 1e300, -1.0, f64::from(word >> 30), f64::from(word >> 28)][(word >> 24) as usize % 5]
            })
            .collect();
        let _ = engine.set_rules("a\nKETTLE\nb", &numbers);
    }
    assert!(engine.set_rules("", &[0.0]).is_ok());
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), 2), ["FILTER-S", "DRIPPER"]);
}

#[wasm_bindgen_test]
fn truncations_are_refused() {
    let bytes = write(&six()).unwrap();
    for length in 0..bytes.len() {
        let code = code(&bytes[..length]);
        assert!(["E_NOT_A_BUNDLE", "E_TRUNCATED"].contains(&code.as_str()), "{length}: {code}");
    }
}

#[wasm_bindgen_test]
fn flipped_bytes_are_refused() {
    let bytes = write(&six()).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x80;
        let code = code(&damaged);
        assert!(code.starts_with("E_"), "{at}: {code}");
    }
}

#[wasm_bindgen_test]
fn foreign_and_newer_files_are_named() {
    assert_eq!(code(b"<!doctype html><title>404</title>"), "E_NOT_A_BUNDLE");
    assert_eq!(code(b""), "E_NOT_A_BUNDLE");
    assert_eq!(code(&[0x1f, 0x8b, 8, 0]), "E_NOT_A_BUNDLE");
    let mut newer = write(&six()).unwrap();
    newer[8] = 2;
    let (code, advice) = refusal(&newer).unwrap();
    assert_eq!(code, "E_NEWER_VERSION");
    assert!(advice.contains("found 2") && advice.contains("update endcap"), "{advice}");
}

#[wasm_bindgen_test]
fn a_refused_slice_leaves_the_engine_as_it_was() {
    let mut engine = of_six();
    let before = shown(&mut engine, in_cart("KETTLE"), NO_LIMIT);
    let error: JsValue = engine.add(write(&noise(6, 2, 1)).unwrap()).err().unwrap().into();
    assert!(String::from(error.unchecked_into::<js_sys::Error>().message()).starts_with("E_OTHER_MODEL: "));
    assert!(engine.add(vec![1, 2, 3]).is_err());
    assert_eq!(shown(&mut engine, in_cart("KETTLE"), NO_LIMIT), before);
}

/// Damage under hashes that fit: what holds is the reader. A trap would end the test.
#[wasm_bindgen_test]
fn flips_with_hashes_made_good_are_survived() {
    let bytes = write(&complete()).unwrap();
    let mut opened = 0;
    for at in 8..bytes.len() {
        for flip in [1u8, 0x10, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            opened += u32::from(survived(with_hashes(damaged)));
        }
    }
    assert!(opened > 500, "only {opened} damaged bundles opened: the hashes were not made good");
    assert!(Bundle::open(&bytes[..]).is_ok());
}

/// Asks everything of a bundle; whether it opened.
fn survived(bytes: Vec<u8>) -> bool {
    let Ok(mut engine) = Engine::new(bytes) else { return false };
    let placements = engine.placements();
    for placement in placements.split('\n').filter(|name| !name.is_empty()) {
        let flat = engine.recommend(
            placement,
            "KETTLE\nFILTER-S\n?",
            &[2.0, 3.5, f64::NAN, f64::NAN, 1.0, -1.0],
            "DRIPPER",
            "SCALE",
            "SCALE\nKETTLE",
            &[3.0, f32::NAN],
            "CUP",
            "device\u{1f}mobile\nno value",
            "a unit",
            1_750_000_000.0,
            8,
            ALONE,
        );
        assert!(flat[0] == 0 && flat[10] <= 8);
        let asked = ("KETTLE", "CUP\nDRIPPER\n?");
        engine.rerank(placement, asked.0, &[], "", "", "", &[], "", "", "u", 0.0, asked.1);
        engine.explain(placement, asked.0, &[], "", "", "", &[], "", "", "u", 0.0, NO_LIMIT, asked.1, 9);
    }
    for item in 0..8 {
        let _ = (engine.card(item), engine.sku(item));
    }
    assert!(!engine.info().is_empty());
    true
}
