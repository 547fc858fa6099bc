//! The format from outside: what is written is read, what is damaged is refused, what is odd is survived.

mod support;

use endcap::bundle::*;
use endcap::placement::{Recommender, Request};
use endcap::shop::ItemId;
use proptest::prelude::*;
use support::damage::{exercise, with_hashes};
use support::{complete, noise, relation, six};

fn open(bytes: &[u8]) -> Bundle<&[u8]> {
    Bundle::open(bytes).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let draft = six();
    let bytes = write(&draft).unwrap();
    let bundle = open(&bytes);
    assert_eq!(bundle.manifest(), Some(&draft.manifest));
    assert_eq!(bundle.tuning(), Some(&draft.tuning));
    assert_eq!(bundle.policies(), &draft.policies[..]);
    for (n, item) in draft.items.iter().enumerate() {
        let id = ItemId(n as u32);
        assert_eq!(bundle.stock(id), item.stock);
        assert_eq!(bundle.class(id), item.class.unwrap() + 1);
        assert_eq!(bundle.group(id), item.group.unwrap_or(0));
        assert_eq!(bundle.card(id, draft.manifest.currency()), Some(item.card.clone()));
        assert!((bundle.prior(id) - item.share).abs() <= item.share * 0.025);
    }
    assert!(!bundle.is_varied(1) && bundle.is_varied(2));
    assert!(bundle.calibrations().is_empty() && bundle.pins().next().is_none());
    assert_eq!(verify(&bundle), []);
}

#[test]
fn what_is_optional_is_read() {
    let draft = complete();
    let bytes = write(&draft).unwrap();
    let bundle = open(&bytes);
    assert_eq!(bundle.calibrations(), &draft.calibration[..]);
    assert_eq!(bundle.calibration("cart"), draft.calibration.first());
    assert_eq!(bundle.calibration("pdp_similar"), None);
    let near = |gap: f32, days: f32| (gap / days - 1.0).abs() < 0.023;
    let gaps: Vec<Option<f32>> = (0..8).map(|item| bundle.gap_days(ItemId(item))).collect();
    assert!(near(gaps[0].unwrap(), 30.0) && near(gaps[3].unwrap(), 120.0) && gaps[4] == Some(730.0), "{gaps:?}");
    assert_eq!([gaps[1], gaps[2], gaps[5], gaps[6], gaps[7]], [None; 5]);
    let of = |placement, product| bundle.pins_of(placement, ItemId(product)).map(|pin| (pin.slot, pin.item.0));
    assert_eq!(of(1, 0).collect::<Vec<_>>(), [(2, 4), (2, 5)]);
    assert_eq!(of(0, 2).collect::<Vec<_>>(), [(1, 3)]);
    assert_eq!((of(0, 0).count(), of(2, 0).count(), of(9, 0).count(), of(300, 1).count()), (0, 0, 0, 0));
    assert_eq!(bundle.pins().count(), draft.pins.len());
    assert_eq!(verify(&bundle), []);
}

/// A hundred thousand pins, in any order: each product finds its own.
#[test]
fn pins_are_found_among_many() {
    let mut draft = noise(14_000, 0, 1);
    let products = 12_500u32;
    let pin = |n: u32| DraftPin {
        placement: draft.policies[(n % 5) as usize].placement.clone(),
        product: ItemId(n % products),
        slot: (n / products) as u8 + 1,
        item: ItemId((n + 1 + n / products * 3) % products),
    };
    draft.pins = (0..100_000u64).map(|n| pin((n * 77_777 % 100_000) as u32)).collect();
    let bytes = write(&draft).unwrap();
    let bundle = open(&bytes);
    for product in (0..products).step_by(97) {
        for (placement, policy) in draft.policies.iter().enumerate() {
            let own = draft.pins.iter().filter(|p| p.product.0 == product && p.placement == policy.placement);
            let mut expected: Vec<(u8, ItemId)> = own.map(|pin| (pin.slot, pin.item)).collect();
            expected.sort_unstable();
            let found: Vec<_> = bundle.pins_of(placement, ItemId(product)).map(|pin| (pin.slot, pin.item)).collect();
            assert_eq!(found, expected);
        }
    }
    draft.pins = vec![draft.pins[0].clone(); 100_001];
    assert!(write(&draft).unwrap_err().to_string().contains("100000 pins"));
}

#[test]
fn rows_read_as_the_quantiser_rounds_them() {
    for draft in [six(), noise(1000, 24, 7), noise(9, 8, 3)] {
        let bytes = write(&draft).unwrap();
        let bundle = open(&bytes);
        for written in &draft.relations {
            let read = bundle.relation(written.kind).unwrap();
            let quantiser = quantise::Quantiser::fit(written.bits, &written.rows);
            for (n, row) in written.rows.iter().enumerate() {
                let expected: Vec<_> = quantiser.round(row).iter().map(|e| (e.item, e.weight.to_bits())).collect();
                let found: Vec<_> = read.row(ItemId(n as u32)).map(|(i, w)| (i, w.to_bits())).collect();
                assert_eq!(found, expected, "{} row {n}", written.kind.name());
            }
            assert_eq!(read.edges(), written.rows.iter().map(Vec::len).sum::<usize>());
        }
        assert_eq!(verify(&bundle), []);
    }
}

#[test]
fn rows_of_every_shape_come_back() {
    // Nothing but the last item of many, every item, gaps that need a long quotient, nothing at all.
    let last: support::Rows = (0..3000).map(|n| if n == 0 { vec![(2999, 1.0)] } else { vec![] }).collect();
    let first: support::Rows =
        (0..300u32).map(|n| if n == 0 { (1..256).map(|i| (i, i as f32)).collect() } else { vec![] }).collect();
    let wide: support::Rows = (0..60_000u32)
        .map(|n| if n == 5 { vec![(0, 1.0), (1, 1.0), (2, 1.0), (3, 0.5), (59_999, 0.25)] } else { vec![] })
        .collect();
    for rows in [last, first, wide] {
        let mut draft = noise(rows.len() as u32, 1, 1);
        draft.relations = vec![relation(RelationKind::Cart, rows.clone())];
        let bytes = write(&draft).unwrap();
        let read = open(&bytes);
        let cart = read.relation(RelationKind::Cart).unwrap();
        for (n, row) in rows.iter().enumerate() {
            let items: Vec<u32> = cart.row(ItemId(n as u32)).map(|(item, _)| item.0).collect();
            assert_eq!(items, row.iter().map(|(item, _)| *item).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_dictionary_knows_every_sku_and_no_other() {
    let draft = noise(5000, 2, 11);
    let bytes = write(&draft).unwrap();
    let bundle = open(&bytes);
    let dictionary = bundle.dictionary().unwrap();
    let mut sku = String::new();
    for (n, item) in draft.items.iter().enumerate() {
        assert_eq!(dictionary.item_of(&item.sku), Some(ItemId(n as u32)));
        assert!(dictionary.sku_of(ItemId(n as u32), &mut sku));
        assert_eq!(sku, item.sku);
    }
    for unknown in ["", "SKU-", "SKU-00000x", "SKU-99999", "\u{10FFFF}", "A", "zzz", "SKU-0000"] {
        assert_eq!(dictionary.item_of(unknown), None, "{unknown}");
    }
    assert!(!dictionary.sku_of(ItemId(5000), &mut sku));
    assert!(!dictionary.sku_of(ItemId(u32::MAX), &mut sku));
}

proptest! {
    #[test]
    fn any_set_of_skus_is_found_again(skus in prop::collection::btree_set("[a-c\u{e9}A-B0-9./ -]{1,12}", 1..80), other in "[a-c\u{e9}A-B0-9./ -]{1,12}") {
        let mut draft = noise(skus.len() as u32, 0, 1);
        let order: Vec<&String> = skus.iter().rev().collect();
        draft.items.iter_mut().zip(&order).for_each(|(item, sku)| item.sku = sku.to_string());
        let bytes = write(&draft).unwrap();
        let bundle = open(&bytes);
        let dictionary = bundle.dictionary().unwrap();
        for (n, sku) in order.iter().enumerate() {
            prop_assert_eq!(dictionary.item_of(sku), Some(ItemId(n as u32)));
        }
        prop_assert_eq!(dictionary.item_of(&other).is_some(), skus.contains(&other));
    }
}

#[test]
fn every_truncation_is_refused() {
    let bytes = write(&six()).unwrap();
    for length in 0..bytes.len() {
        let error = Bundle::open(&bytes[..length]).err().expect("a truncated bundle must not open");
        assert!(["E_NOT_A_BUNDLE", "E_TRUNCATED"].contains(&error.code()), "{length}: {error}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Bundle::open(&longer).err().unwrap().code(), "E_TRUNCATED");
}

#[test]
fn every_flipped_byte_is_refused() {
    let bytes = write(&six()).unwrap();
    for at in 0..bytes.len() {
        for flip in [1u8, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            assert!(Bundle::open(&damaged).is_err(), "byte {at} ^ {flip:#x} went unnoticed");
        }
    }
}

#[test]
fn foreign_and_newer_files_are_named() {
    let code = |bytes: &[u8]| Bundle::open(bytes).err().unwrap().code();
    assert_eq!(code(b"<!doctype html><title>404</title>"), "E_NOT_A_BUNDLE");
    assert_eq!(code(b""), "E_NOT_A_BUNDLE");
    assert_eq!(code(&[0x1f, 0x8b, 8, 0]), "E_NOT_A_BUNDLE");
    let mut newer = write(&six()).unwrap();
    newer[8] = 2;
    assert_eq!(code(&newer), "E_NEWER_VERSION");
    let text = Bundle::open(&newer).err().unwrap().to_string();
    assert!(text.contains("found 2") && text.contains("update endcap"), "{text}");
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    assert_eq!(write(&noise(500, 10, 5)).unwrap(), write(&noise(500, 10, 5)).unwrap());
}

#[test]
fn a_draft_that_breaks_a_rule_is_refused() {
    let broken = |change: &dyn Fn(&mut Draft)| {
        let mut draft = six();
        change(&mut draft);
        write(&draft).expect_err("a broken draft was written").to_string()
    };
    assert!(broken(&|d| d.items[1].sku = "FILTER-S".into()).contains("stands twice"));
    assert!(broken(&|d| d.items[1].sku = String::new()).contains("is empty"));
    assert!(broken(&|d| d.items[1].sku = "a\nb".into()).contains("control"));
    assert!(broken(&|d| d.items[1].sku = "x".repeat(256)).contains("255"));
    assert!(broken(&|d| d.items[4].share = 0.9).contains("more popular"));
    assert!(broken(&|d| d.relations[0].rows[0][0].weight = f32::NAN).contains("not finite"));
    assert!(broken(&|d| d.relations[0].rows[0][0].item = ItemId(0)).contains("itself"));
    assert!(broken(&|d| d.relations[0].rows[1].reverse()).contains("ascend"));
    assert!(broken(&|d| d.tuning.product.prior = f32::INFINITY).contains("no number"));
    assert!(broken(&|d| d.policies[0].limit = 0).contains("limit"));
    assert!(broken(&|d| d.items[0].class = Some(9)).contains("classes"));
}

#[test]
fn an_optional_part_that_breaks_a_rule_is_refused() {
    let broken = |change: &dyn Fn(&mut Draft)| {
        let mut draft = complete();
        change(&mut draft);
        write(&draft).expect_err("a broken draft was written").to_string()
    };
    assert!(broken(&|d| d.calibration[0].knots.truncate(1)).contains("2 to 16 knots"));
    assert!(broken(&|d| d.calibration[0].knots = vec![Knot { score: 1.0, probability: 0.5 }; 17]).contains("2 to 16"));
    assert!(broken(&|d| d.calibration[0].knots[1].score = 0.05).contains("ascend"));
    assert!(broken(&|d| d.calibration[0].knots[1].probability = 0.01).contains("ascend"));
    assert!(broken(&|d| d.calibration[0].knots[2].probability = 1.01).contains("probability of 0 to 1"));
    assert!(broken(&|d| d.calibration[0].knots[2].score = f32::INFINITY).contains("finite"));
    assert!(broken(&|d| d.calibration[0].knots[0].score = -0.1).contains("finite"));
    assert!(broken(&|d| d.calibration[0].knots[0].probability = f32::NAN).contains("probability"));
    assert!(broken(&|d| d.calibration[1].placement = "cart".into()).contains("twice"));
    assert!(broken(&|d| d.calibration[1].placement = String::new()).contains("1 to 64 bytes"));
    assert!(broken(&|d| d.pins[0].placement = "aisle".into()).contains("no placement"));
    assert!(broken(&|d| d.pins[0].item = ItemId(6)).contains("beyond the last"));
    assert!(broken(&|d| d.pins[0].product = ItemId(4)).contains("beside itself"));
    assert!(broken(&|d| d.pins[0].slot = 0).contains("slot of 1 to 100"));
    assert!(broken(&|d| d.pins[0].slot = 101).contains("slot of 1 to 100"));
    assert!(broken(&|d| d.pins[1].item = ItemId(4)).contains("twice"));
    let many = |d: &mut Draft| {
        let pin = |slot| DraftPin { slot, item: ItemId(u32::from(slot)), ..d.pins[0].clone() };
        let nine: Vec<DraftPin> = (1..=9).map(pin).collect();
        d.items = noise(12, 0, 1).items;
        d.relations.clear();
        d.pins = nine;
    };
    assert!(broken(&many).contains("more than 8"));
}

#[test]
fn slices_join_to_the_whole() {
    let draft = six();
    let whole = write(&draft).unwrap();
    let cut = |relations: &[RelationKind], cards, addition| {
        let cut = Cut {
            relations: relations.to_vec(),
            cards,
            addition,
            profile: Profile::Standard,
            audience: Audience::Public,
        };
        slice(&open(&whole), &cut).unwrap()
    };
    let first = cut(&[RelationKind::Cart], false, false);
    let rest = cut(&[RelationKind::BoughtTogether, RelationKind::Similar], false, true);
    let cards = cut(&[], true, true);
    assert!(first.len() + rest.len() + cards.len() < whole.len() + 1000);
    let mut joined = Recommender::open(first.clone()).unwrap();
    let mut full = Recommender::open(whole.clone()).unwrap();
    joined.add(rest.clone()).unwrap();
    joined.add(cards).unwrap();
    for placement in ["cart", "pdp_complements", "pdp_similar"] {
        let request = Request { placement, product: Some("DRIPPER"), cart: &["KETTLE"], ..Request::default() };
        let found = joined.recommend(&request).unwrap().picks.to_vec();
        assert_eq!(found, full.recommend(&request).unwrap().picks, "{placement}");
    }
    assert_eq!(joined.model().card(ItemId(1)), full.model().card(ItemId(1)));
    assert_eq!(Recommender::open(rest.clone()).err().unwrap().code(), "E_ADDITION");
    let other = write(&noise(6, 2, 1)).unwrap();
    assert_eq!(joined.add(other).err().unwrap().code(), "E_OTHER_MODEL");
    for part in [&first, &rest] {
        assert_eq!(verify(&open(part)), []);
    }
}

/// Calibration, gaps and pins go with the items and never with an addition.
#[test]
fn what_is_optional_travels_with_the_items() {
    let whole = write(&complete()).unwrap();
    for profile in [Profile::Standard, Profile::Small] {
        let cut = |addition| {
            let relations = vec![RelationKind::Cart];
            slice(&open(&whole), &Cut { relations, cards: false, addition, profile, audience: Audience::Public })
                .unwrap()
        };
        let (first, rest) = (cut(false), cut(true));
        let (first, rest) = (open(&first), open(&rest));
        assert_eq!(first.calibrations(), open(&whole).calibrations());
        assert!(first.pins().eq(open(&whole).pins()));
        assert_eq!(first.gap_days(ItemId(0)), open(&whole).gap_days(ItemId(0)));
        assert!(rest.calibrations().is_empty() && rest.pins().next().is_none() && rest.gap_days(ItemId(0)).is_none());
        assert_eq!((verify(&first), verify(&rest)), (vec![], vec![]));
        let kinds: Vec<_> = rest.head().sections.iter().filter_map(|section| section.kind()).collect();
        assert_eq!(kinds, [layout::SectionKind::Cart]);
    }
}

/// What only `verify` sees: the sections themselves are well formed.
#[test]
fn odd_gaps_and_pins_are_found_by_verify() {
    let bytes = write(&complete()).unwrap();
    let section = |kind| {
        let bundle = open(&bytes);
        let range = bundle.head().sections.iter().find(|section| section.kind() == Some(kind)).unwrap().range.clone();
        range.start
    };
    let (gap, pins) = (section(layout::SectionKind::Gap), section(layout::SectionKind::Pins));
    let found = |at: usize, value: u8| {
        let mut damaged = bytes.clone();
        damaged[at] = value;
        let findings = verify(&open(&with_hashes(damaged)));
        findings.iter().map(|finding| format!("{}: {}", finding.section, finding.message)).collect::<String>()
    };
    assert!(found(gap, 200).contains("gap: item 0 has code 200"));
    assert!(found(pins, 77).contains("leads nowhere"));
    assert!(found(pins + 3, 77).contains("leads nowhere"));
    assert!(found(pins + 7, 0).contains("leads nowhere"));
    assert!(found(pins + 8, 0).contains("does not ascend"));
}

#[test]
fn an_addition_of_nothing_brings_nothing() {
    let mut draft = six();
    draft.relations.truncate(1);
    let whole = write(&draft).unwrap();
    let cut = |relations: &[RelationKind], addition| Cut {
        relations: relations.to_vec(),
        cards: false,
        addition,
        profile: Profile::Standard,
        audience: Audience::Public,
    };
    let nothing = slice(&open(&whole), &cut(&[RelationKind::Similar], true)).unwrap();
    let mut recommender = Recommender::open(whole.clone()).unwrap();
    recommender.add(nothing.clone()).unwrap();
    assert_eq!(recommender.model().parts().count(), 1);
    let cart = slice(&open(&whole), &cut(&[RelationKind::Cart], true)).unwrap();
    let again = slice(&open(&cart), &cut(&[RelationKind::Cart], false)).unwrap();
    assert_eq!(again, cart, "a slice of an addition is an addition");
    assert_eq!(Recommender::open(nothing).err().unwrap().code(), "E_ADDITION");
}

#[test]
fn the_small_profile_keeps_the_heaviest_to_80000_edges() {
    let bytes = write(&noise(4_000, 30, 9)).unwrap();
    let cut = Cut {
        relations: RelationKind::ALL.to_vec(),
        cards: false,
        addition: false,
        profile: Profile::Small,
        audience: Audience::Public,
    };
    let small = slice(&open(&bytes), &cut).unwrap();
    let (before, after) = (open(&bytes), open(&small));
    assert_eq!(verify(&after), []);
    for item in (0..4_000).map(ItemId) {
        let kept: Vec<ItemId> = after.relation(RelationKind::Cart).unwrap().row(item).map(|edge| edge.0).collect();
        let mut all: Vec<_> = before.relation(RelationKind::Cart).unwrap().row(item).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        assert_eq!(kept.len(), all.len().min(20));
        assert!(kept.iter().all(|item| all[..20.min(all.len())].iter().any(|edge| edge.0 == *item)));
    }
    assert_eq!(after.relation(RelationKind::Cart).unwrap().bits(), 3);
}

#[test]
fn an_empty_shop_is_a_bundle_too() {
    let mut draft = noise(0, 0, 1);
    draft.relations.clear();
    let bytes = write(&draft).unwrap();
    let mut recommender = Recommender::open(bytes).unwrap();
    let answer = recommender.recommend(&Request { placement: "cart", cart: &["A"], ..Request::default() }).unwrap();
    assert!(answer.picks.is_empty());
}

#[test]
fn every_flipped_byte_with_hashes_made_good_is_survived() {
    let bytes = write(&complete()).unwrap();
    for at in 8..bytes.len() {
        for flip in [1u8, 2, 0x10, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            exercise(&with_hashes(damaged));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn random_damage_with_hashes_made_good_is_survived(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)
    ) {
        let mut bytes = write(&complete()).unwrap();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        exercise(&with_hashes(bytes));
    }
}
