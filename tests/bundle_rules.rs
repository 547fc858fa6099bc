//! What a shop adds to relevance, from outside: terms, prices, values, rules and sets are read as they were written, and
//! what is private stays out of what the public gets.

mod support;

use endcap::bundle::layout::SectionKind;
use endcap::bundle::{Strategy, *};
use endcap::shop::{Currency, ItemId, Money};
use proptest::prelude::*;
use support::damage::{exercise, with_hashes};
use support::everything::everything;
use support::{complete, noise, six};

fn open(bytes: &[u8]) -> Bundle<&[u8]> {
    Bundle::open(bytes).unwrap()
}

fn public(draft: &Draft) -> Draft {
    Draft { private: None, ..draft.clone() }
}

fn kinds(bytes: &[u8]) -> Vec<SectionKind> {
    open(bytes).head().sections.iter().filter_map(|section| section.kind()).collect()
}

#[test]
fn what_is_written_is_read() {
    let draft = everything();
    let bytes = write(&draft).unwrap();
    let bundle = open(&bytes);
    assert_eq!(bundle.policies(), &draft.policies[..]);
    assert_eq!(bundle.terms(), &draft.terms);
    assert_eq!(bundle.rules(), &draft.rules.rules[..]);
    assert_eq!(bundle.experiments(), &draft.experiments);
    assert_eq!(bundle.private(), draft.private.as_ref());
    assert_eq!(bundle.audience(), Audience::Edge);
    for (n, item) in draft.items.iter().enumerate() {
        let id = ItemId(n as u32);
        assert_eq!(bundle.price(id), item.card.price.map(|price| price.minor()));
        assert_eq!(bundle.brand(id), item.brand.unwrap_or(0));
        assert_eq!(bundle.value(id), item.value);
        assert_eq!(bundle.released(id), item.released.filter(|day| *day >= 0));
        assert_eq!(bundle.hidden(id), item.hidden);
        assert_eq!(bundle.facts(id), Some(item.facts.clone()));
        assert_eq!(bundle.signature(id), draft.rules.sets.signature_of[n]);
    }
    let sets: Vec<Vec<u16>> = (0..3).map(|n| bundle.signatures().sets_of_signature(n).collect()).collect();
    assert_eq!(sets, draft.rules.sets.signatures);
    assert_eq!((bundle.signatures().len(), bundle.signatures().sets_of_signature(3).count()), (3, 0));
    assert_eq!(bundle.classes(), 3);
    assert_eq!([0, 1, 2, 3, 4].map(|class| bundle.is_sensitive(class)), [false, false, false, true, false]);
    assert_eq!([1, 2, 3].map(|class| bundle.is_varied(class)), [false, true, false]);
    let pairs = |class| bundle.class_pairs(class).map(|item| item.0).collect::<Vec<u32>>();
    assert_eq!([pairs(0), pairs(1), pairs(2), pairs(3), pairs(4)], [vec![], vec![2, 1], vec![], vec![0], vec![]]);
    assert_eq!(verify(&bundle), []);
}

#[test]
fn beyond_the_last_item_there_is_nothing() {
    let bytes = write(&everything()).unwrap();
    let bundle = open(&bytes);
    for item in [ItemId(6), ItemId(u32::MAX)] {
        assert_eq!((bundle.price(item), bundle.brand(item), bundle.value(item)), (None, 0, None));
        assert_eq!((bundle.released(item), bundle.facts(item), bundle.signature(item)), (None, None, 0));
        assert_eq!(bundle.prior(item), 0.0);
    }
}

#[test]
fn a_plain_shop_keeps_the_bytes_it_always_had() {
    for draft in [six(), complete(), noise(40, 4, 3)] {
        let bytes = write(&draft).unwrap();
        assert!(kinds(&bytes).iter().all(|kind| (*kind as u32) < SectionKind::Terms as u32));
        let bundle = open(&bytes);
        assert_eq!((bundle.terms(), bundle.audience()), (&ShopTerms::default(), Audience::Public));
        assert_eq!((bundle.rules().len(), bundle.signatures().len(), bundle.hidden(ItemId(0))), (0, 1, 0));
        let card = draft.items[1].card.price.map(|price| price.minor());
        assert_eq!(bundle.price(ItemId(1)), card, "without a column the card tells the price");
    }
}

/// Each section only where there is something to tell.
#[test]
fn sections_are_written_where_they_are_needed() {
    let with = |change: &dyn Fn(&mut Draft)| {
        let mut draft = six();
        change(&mut draft);
        kinds(&write(&draft).unwrap()).into_iter().filter(|kind| *kind >= SectionKind::Terms).collect::<Vec<_>>()
    };
    use SectionKind::*;
    assert_eq!(with(&|d| d.policies[0].max_per_group = 2), [Terms, Price]);
    assert_eq!(with(&|d| d.policies[0].strategy = Strategy::Rerank), [Terms, Price]);
    assert_eq!(with(&|d| d.policies[0].fallback.clear()), []);
    assert_eq!(with(&|d| d.terms.shop = [1; 16]), [Terms, Price]);
    assert_eq!(with(&|d| d.classes[0].sensitive = true), [Terms, Price]);
    assert_eq!(with(&|d| d.items[0].value = Some(0)), [Price, Value]);
    assert_eq!(with(&|d| d.items[0].hidden = 2), [Price, Hidden]);
    assert_eq!(with(&|d| d.items[0].released = Some(1)), []);
    assert_eq!(with(&|d| d.items[0].facts.count = Some(1)), []);
    let rules = everything().rules;
    assert_eq!(with(&|d| d.rules.rules = rules.rules[..1].to_vec()), [Price, Rules]);
    assert_eq!(with(&|d| d.rules.sets = rules.sets.clone()), [Price, Sets]);
}

#[test]
fn prices_that_no_column_holds_are_unknown() {
    let mut draft = everything();
    let eur = Currency::parse("EUR").unwrap();
    let prices = [0, -1, i64::from(u32::MAX) - 2, i64::from(u32::MAX) - 1, i64::MAX, 1];
    draft.items.iter_mut().zip(prices).for_each(|(item, price)| item.card.price = Some(Money::new(price, eur)));
    let bytes = write(&draft).unwrap();
    let found: Vec<_> = (0..6).map(|item| open(&bytes).price(ItemId(item))).collect();
    assert_eq!(found, [Some(0), None, Some(4_294_967_293), None, None, Some(1)]);
}

#[test]
fn what_is_private_changes_nothing_else() {
    let edge = write(&everything()).unwrap();
    let plain = write(&public(&everything())).unwrap();
    assert_eq!(open(&edge).head().model, open(&plain).head().model);
    assert!(kinds(&plain).iter().all(|kind| !kind.is_private()));
    let mut other = everything();
    other.private.as_mut().unwrap().rules[0].name = "another name".into();
    other.items.iter_mut().for_each(|item| item.facts.contribution = Some(77));
    assert!(write(&public(&other)).unwrap() == plain);
    for needle in ["till", "CRM", "attach_rate", "Paperworks", "büro", "Kettles"] {
        let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(holds(&edge) && !holds(&plain), "{needle}");
    }
}

#[test]
fn a_public_slice_is_the_public_bundle() {
    let edge = write(&everything()).unwrap();
    let plain = write(&public(&everything())).unwrap();
    let cut = |audience, addition| Cut {
        relations: RelationKind::ALL.to_vec(),
        cards: true,
        addition,
        profile: Profile::Standard,
        audience,
    };
    assert!(slice(&open(&edge), &cut(Audience::Public, false)).unwrap() == plain);
    assert!(slice(&open(&edge), &cut(Audience::Edge, false)).unwrap() == edge);
    let refused = slice(&open(&plain), &cut(Audience::Edge, false)).unwrap_err();
    assert_eq!(refused, DraftError::PublicBundle);
    assert!(refused.to_string().contains("make a public slice"));
    let addition = slice(&open(&edge), &cut(Audience::Edge, true)).unwrap();
    assert!(kinds(&addition).iter().all(|kind| !kind.is_private() && !kind.needed()));
    assert!(open(&addition).private().is_none() && open(&addition).rules().is_empty());
    assert_eq!(open(&addition).terms(), &ShopTerms::default());
    let mut joined = Model::open(plain).unwrap();
    joined.add(addition).unwrap();
}

#[test]
fn skus_come_in_the_order_of_their_bytes() {
    for draft in [six(), noise(5000, 0, 3), noise(0, 0, 1)] {
        let mut draft = draft;
        draft.relations.clear();
        let bytes = write(&draft).unwrap();
        let mut expected: Vec<(&[u8], u32)> =
            draft.items.iter().zip(0..).map(|(item, n)| (item.sku.as_bytes(), n)).collect();
        expected.sort_unstable();
        let bundle = open(&bytes);
        let mut skus = bundle.dictionary().unwrap().in_order();
        for (sku, item) in expected {
            assert_eq!(skus.next(), Some((sku, ItemId(item))));
        }
        assert_eq!(skus.next(), None);
        assert_eq!(skus.next(), None);
    }
}

#[test]
fn a_draft_that_breaks_a_rule_is_refused() {
    let broken = |change: &dyn Fn(&mut Draft)| {
        let mut draft = everything();
        change(&mut draft);
        write(&draft).expect_err("a broken draft was written").to_string()
    };
    let private = |change: &dyn Fn(&mut Private)| broken(&|d| change(d.private.as_mut().unwrap()));
    let rule = |change: &dyn Fn(&mut CompiledRule)| broken(&|d| change(&mut d.rules.rules[0]));
    let cart = |change: &dyn Fn(&mut Policy)| broken(&|d| change(&mut d.policies[0]));
    assert!(cart(&|p| p.max_relevance_loss = 0.6).contains("0 to 0.5"));
    assert!(cart(&|p| p.max_relevance_loss = f32::NAN).contains("0 to 0.5"));
    assert!(cart(&|p| p.diversity = 1.5).contains("0 to 1"));
    assert!(cart(&|p| p.price.max_share_of_cart = Some(0.0)).contains("above 0"));
    assert!(cart(&|p| p.price.relax_to = Some((0.1, 2.0))).contains("holds the narrow one"));
    assert!(cart(&|p| p.price.relative_to_product = Some((2.0, 1.0))).contains("ascending"));
    assert!(cart(&|p| p.fallback = vec![Rung::Popular; 2]).contains("twice"));
    assert!(broken(&|d| d.terms.free_shipping_at = Some(0)).contains("above 0"));
    assert!(broken(&|d| d.terms.stale_after = Some(0)).contains("above 0"));
    assert!(broken(&|d| d.terms.price_jump = Some(f32::INFINITY)).contains("above 0"));
    assert!(broken(&|d| d.terms.price_knots = vec![1; 6]).contains("seven"));
    assert!(broken(&|d| d.terms.price_knots = vec![7, 6, 5, 4, 3, 2, 1]).contains("ascending"));
    assert!(broken(&|d| d.items[2].value = Some(8)).contains("item 2 has a value class above 7"));
    assert!(broken(&|d| d.items[2].hidden = 1 << 5).contains("item 2 is hidden"));
    assert!(rule(&|r| r.placements = 1 << 5).contains("does not exist"));
    assert!(rule(&|r| r.effect = Effect::Boost(2.5)).contains("boost"));
    assert!(rule(&|r| r.effect = Effect::Bury(1.0)).contains("bury"));
    assert!(rule(&|r| r.effect = Effect::Pin(0)).contains("slot"));
    assert!(rule(&|r| r.selector.set = 8192).contains("8,192"));
    assert!(rule(&|r| r.selector.states = 32).contains("state"));
    assert!(rule(&|r| r.selector.price = Some(Span { min: 2, max: 1 })).contains("span"));
    assert!(rule(&|r| r.when.segment = vec![("x".repeat(201), vec![])]).contains("200"));
    assert!(rule(&|r| r.when.cart_all = vec![0; 65]).contains("64"));
    assert!(rule(&|r| (r.when.from, r.when.until) = (Some(2), Some(2))).contains("window"));
    assert!(broken(&|d| d.rules.sets.signature_of[0] = 3).contains("signature beyond"));
    assert!(broken(&|d| d.rules.sets.signature_of.truncate(5)).contains("one signature an item"));
    assert!(broken(&|d| d.rules.sets.signatures[0] = vec![1]).contains("first signature"));
    assert!(broken(&|d| d.rules.sets.signatures[2] = vec![1, 0]).contains("ascend"));
    assert!(broken(&|d| d.class_pairs[0] = vec![ItemId(6)]).contains("beyond the last"));
    assert!(broken(&|d| d.class_pairs[0] = vec![ItemId(1); 2]).contains("twice"));
    assert!(broken(&|d| d.class_pairs.extend([vec![], vec![]])).contains("at most 3"));
    assert!(private(&|p| p.origins = vec![1; 5]).contains("origins"));
    assert!(private(&|p| p.origins = vec![0; 4]).contains("one origin"));
    assert!(private(&|p| p.rules[0].name = String::new()).contains("name"));
    assert!(private(&|p| p.rules[0].matches.tests = vec![Test::Brand(vec!["a\nb".into()])]).contains("control"));
    assert!(private(&|p| p.value_knots = vec![3]).contains("seven"));
    assert!(private(&|p| p.placements[0].owner = "x".repeat(201)).contains("short texts"));
}

/// As many rules as there may be, with room for words: what is written can be read.
#[test]
fn the_largest_table_of_rules_can_be_read() {
    let mut draft = everything();
    let mut plain = draft.rules.rules[4].clone();
    plain.when.segment = vec![("device".into(), vec!["mobile".into(), "tablet".into()])];
    draft.rules.rules = vec![plain; MAX_RULES];
    draft.private.as_mut().unwrap().origins = vec![0; MAX_RULES];
    let bytes = write(&draft).unwrap();
    assert_eq!(open(&bytes).rules(), &draft.rules.rules[..]);
    draft.rules.rules.push(draft.rules.rules[0].clone());
    assert!(write(&draft).unwrap_err().to_string().contains("4,096"));
    draft.rules.rules.truncate(1000);
    draft.rules.rules.iter_mut().for_each(|rule| rule.when.segment[0].1 = vec!["x".repeat(200); 10]);
    assert!(write(&draft).unwrap_err().to_string().contains("longer than the format allows"));
}

/// What only `verify` sees: the sections themselves are well formed.
#[test]
fn odd_masks_sets_and_pairs_are_found_by_verify() {
    let bytes = write(&everything()).unwrap();
    let range = |kind| open(&bytes).head().sections.iter().find(|s| s.kind() == Some(kind)).unwrap().range.clone();
    let found = |at: usize, value: u8| {
        let mut damaged = bytes.clone();
        damaged[at] = value;
        let damaged = with_hashes(damaged);
        let bundle = open(&damaged);
        assert!(bundle.hidden(ItemId(5)) == 0 || bundle.hidden(ItemId(5)) == u64::MAX);
        let findings = verify(&bundle);
        findings.iter().map(|finding| format!("{}: {}", finding.section, finding.message)).collect::<String>()
    };
    let (hidden, sets, pairs) = (range(SectionKind::Hidden), range(SectionKind::Sets), range(SectionKind::ClassPairs));
    assert!(found(hidden.end - 1, 9).contains("hidden: item 5 has mask 9, but there are 3"));
    assert!(found(hidden.start + 8 + 16 + 1, 0x80).contains("does not exist"));
    assert!(found(sets.end - 1, 9).contains("sets: item 5 has signature 9, but there are 3"));
    let first_set = sets.start + 8 + 4 * 4;
    assert!(found(first_set + 2, 7).contains("sets: the sets of signature 2 do not ascend"));
    assert!(found(pairs.end - 4, 6).contains("class_pairs: class 3 names item 6"));
    assert!(found(pairs.start + 8 + 4 * 4, 1).contains("class 1 names an item twice"));
    assert!(found(range(SectionKind::Value).start, 100).contains("value: item 0 has code 100"));
    assert!(found(range(SectionKind::Rules).start + 8 + 1, 1).contains("rules: rule 0 holds"));
    let facts = range(SectionKind::Facts);
    assert!(found(facts.end - 2, 1).contains("facts: the facts of item 5"));
}

#[test]
fn every_truncation_and_every_flipped_byte_is_refused() {
    let bytes = write(&everything()).unwrap();
    for length in 0..bytes.len() {
        assert!(Bundle::open(&bytes[..length]).is_err(), "{length} bytes opened");
    }
    for at in 0..bytes.len() {
        for flip in [1u8, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            assert!(Bundle::open(&damaged).is_err(), "byte {at} ^ {flip:#x} went unnoticed");
        }
    }
}

#[test]
fn every_flipped_byte_with_hashes_made_good_is_survived() {
    let bytes = write(&everything()).unwrap();
    for at in 8..bytes.len() {
        for flip in [1u8, 0x10, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            exercise(&with_hashes(damaged));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn random_damage_with_hashes_made_good_is_survived(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)
    ) {
        let mut bytes = write(&everything()).unwrap();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        exercise(&with_hashes(bytes));
    }
}
