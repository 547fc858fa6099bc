//! What holds for training as a whole: the same draft whatever the threads and the order of lines, and an answer for
//! every odd shop.

use super::options::Options;
use super::tune::{Trained, train};
use crate::bundle::{RelationKind, Verdict};
use crate::shop::{Event, EventKind, OrderLine, Product, Timestamp};
use crate::train::{Collector, History, TrainError};

/// A line of a file, owned.
#[derive(Clone)]
enum Line {
    Product(Box<Product>),
    Order { order: String, customer: Option<String>, at: Option<i64>, sku: String },
    View { session: String, at: Option<i64>, sku: String },
}

fn collect(lines: &[Line]) -> Result<History, TrainError> {
    let mut collector = Collector::new();
    for line in lines {
        match line {
            Line::Product(product) => collector.product((**product).clone()),
            Line::Order { order, customer, at, sku } => collector.line(OrderLine {
                order,
                customer: customer.as_deref(),
                at: at.map(Timestamp),
                sku,
                ..OrderLine::default()
            }),
            Line::View { session, at, sku } => {
                collector.event(Event { session, at: at.map(Timestamp), seq: None, kind: EventKind::View, sku })
            }
        }
    }
    collector.finish()
}

fn order(number: usize, items: &[usize], timed: bool) -> Vec<Line> {
    let line = |item: &usize| Line::Order {
        order: format!("o{number}"),
        customer: Some(format!("c{}", number % 40)),
        at: timed.then_some(number as i64 * 50_000),
        sku: format!("p{item}"),
    };
    items.iter().map(line).collect()
}

/// Products in fives; an order holds two to four of one five and at times a best seller of another.
fn shop(orders: usize, timed: bool) -> Vec<Line> {
    let mut state = 1u64;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut lines = Vec::new();
    for number in 0..orders {
        let five = draw(8) * 5;
        let mut items: Vec<usize> = (0..2 + draw(3)).map(|_| five + draw(5)).collect();
        if draw(3) == 0 {
            items.push(draw(8) * 5);
        }
        lines.extend(order(number, &items, timed));
        for (step, item) in items.iter().enumerate() {
            let at = timed.then_some((number * 50_000 + step) as i64);
            lines.push(Line::View { session: format!("s{number}"), at, sku: format!("p{item}") });
        }
    }
    lines
}

fn trained(lines: &[Line]) -> Trained {
    train(&collect(lines).unwrap(), &Options::default(), &|_| {}).unwrap()
}

fn shuffled(mut lines: Vec<Line>) -> Vec<Line> {
    let n = lines.len();
    (0..n).for_each(|at| lines.swap(at, (at * 7_919 + 13) % n));
    lines
}

#[test]
fn threads_and_the_order_of_lines_change_nothing() {
    for timed in [true, false] {
        let lines = shop(2_500, timed);
        let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let one = pool(1).install(|| trained(&lines));
        assert_eq!(one.draft, pool(2).install(|| trained(&lines)).draft);
        // Views of one visit without time or sequence have no order but that of their SKUs, so they shuffle too.
        assert_eq!(one.draft, trained(&shuffled(lines)).draft);
    }
}

#[test]
fn a_shop_with_structure_has_a_signal_and_ships_three_relations() {
    let Trained { draft, report, .. } = trained(&shop(3_000, true));
    assert_eq!(draft.relations.len(), 3);
    assert!(draft.manifest.relations.iter().all(|note| note.verdict == Verdict::Signal), "{report:?}");
    for relation in &draft.relations {
        assert_eq!(relation.rows.len(), draft.items.len());
        for (item, row) in relation.rows.iter().enumerate() {
            assert!(row.windows(2).all(|pair| pair[0].item < pair[1].item));
            assert!(row.iter().all(|edge| edge.item.index() != item && edge.weight.is_finite()));
        }
    }
    assert!(draft.items.windows(2).all(|pair| pair[0].share >= pair[1].share));
    let cart = report.relations.iter().find(|relation| relation.relation == "cart").unwrap();
    let figures = cart.figures.unwrap();
    assert!(figures.hr10.mean > 0.6, "{figures:?}");
}

#[test]
fn random_carts_have_no_signal_and_train_all_the_same() {
    let mut state = 5u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % 60
    };
    let lines: Vec<Line> = (0..6_000).flat_map(|number| order(number, &[draw(), draw(), draw()], true)).collect();
    let draft = trained(&lines).draft;
    let verdict = |kind| draft.manifest.relations.iter().find(|note| note.kind == kind).map(|note| note.verdict);
    assert_eq!(verdict(RelationKind::Cart), Some(Verdict::NoSignal));
    assert!(draft.relations.is_empty());
    assert!(draft.tuning.cart.iter().all(|blend| (blend.cart, blend.together) == (0.0, 0.0) && blend.prior > 0.0));
}

#[test]
fn odd_shops_give_a_model() {
    let one_basket_of = |n: usize| order(0, &(0..n).collect::<Vec<_>>(), true);
    let repeat = |times: usize, items: &[usize]| (0..times).flat_map(|n| order(n, items, true)).collect::<Vec<_>>();
    let mut half_by_one = shop(600, true);
    for line in &mut half_by_one {
        if let Line::Order { order, customer, .. } = line {
            *customer = Some(if order.len() % 2 == 0 { "one".into() } else { order.clone() });
        }
    }
    let views: Vec<Line> = shop(400, true).into_iter().filter(|line| matches!(line, Line::View { .. })).collect();
    let orders: Vec<Line> = shop(400, true).into_iter().filter(|line| matches!(line, Line::Order { .. })).collect();
    let cases = [
        ("one order", order(0, &[1, 2], true)),
        ("one item", repeat(500, &[1])),
        ("all orders alike", repeat(500, &[1, 2, 3])),
        ("all baskets of one", (0..500).flat_map(|n| order(n, &[n % 7], true)).collect()),
        ("one basket of 10,000 lines", one_basket_of(10_000)),
        ("a customer with half of all orders", half_by_one),
        ("no orders but events", views),
        ("no events but orders", orders),
    ];
    for (name, lines) in cases {
        let Trained { draft, .. } = trained(&lines);
        assert!(!draft.items.is_empty(), "{name}");
        let finite =
            |b: &crate::bundle::Blend| [b.cart, b.together, b.prior].iter().all(|f| f.is_finite() && *f >= 0.0);
        assert!(draft.tuning.cart.iter().chain([&draft.tuning.product]).all(finite), "{name}: {:?}", draft.tuning);
        assert!(draft.tuning.repeat.prior.is_finite(), "{name}");
    }
}

#[test]
fn nothing_known_is_an_error_that_counts() {
    assert_eq!(collect(&[]).unwrap_err(), TrainError::Nothing { unknown_lines: 0 });
    let mut lines = order(0, &[1, 2], true);
    lines.push(Line::Product(Box::new(Product { sku: "other".into(), ..Product::default() })));
    assert!(collect(&lines[2..]).is_ok(), "a catalog alone is enough");
    assert_eq!(collect(&lines).unwrap_err(), TrainError::Nothing { unknown_lines: 2 });
}

/// A catalog of fives with a price, a kind and a brand each.
fn catalog(products: usize) -> Vec<Line> {
    let product = |n: usize| Product {
        sku: format!("p{n}"),
        title: Some(format!("Thing of kind {} number {n}", n / 5)),
        category: Some(format!("Things > Kind {}", n / 5)),
        ..Product::default()
    };
    (0..products).map(|n| Line::Product(Box::new(product(n)))).collect()
}

#[test]
fn a_catalog_alone_makes_alternatives_and_says_that_nothing_is_proven() {
    let (draft, back) = (trained(&catalog(40)).draft, trained(&shuffled(catalog(40))).draft);
    assert_eq!(draft, back, "whatever the order of lines");
    let similar = draft.relations.iter().find(|relation| relation.kind == RelationKind::Similar).unwrap();
    assert_eq!(draft.relations.len(), 1, "there are no orders to learn from");
    assert!(similar.rows.iter().all(|row| row.len() >= 4));
    assert_eq!(draft.manifest.relations.last().unwrap().verdict, Verdict::Unproven);
    let skus: Vec<&str> = draft.items.iter().map(|item| item.sku.as_str()).collect();
    assert!(skus.is_sorted(), "nothing sells better than the rest: the order is that of the SKUs");
    assert!(draft.items.iter().all(|item| item.share == 0.0));
}

#[test]
fn what_nobody_looked_at_has_a_row_and_stands_in_others() {
    let mut lines = shop(600, true);
    lines.extend(catalog(43));
    let draft = trained(&lines).draft;
    let similar = draft.relations.iter().find(|relation| relation.kind == RelationKind::Similar).unwrap();
    let new = |item: &usize| draft.items[*item].share == 0.0;
    let unseen: Vec<usize> = (0..draft.items.len()).filter(new).collect();
    assert_eq!(unseen.len(), 3, "p40 to p42 are in the catalog only");
    assert!(unseen.iter().all(|item| similar.rows[*item].len() >= 4));
    let shown = |item: &usize| similar.rows.iter().flatten().any(|edge| edge.item.index() == *item);
    assert!(unseen.iter().all(shown));
}

#[test]
fn products_never_ordered_are_items_and_unknown_skus_are_counted() {
    let product = |sku: &str| Line::Product(Box::new(Product { sku: sku.into(), ..Product::default() }));
    let mut lines = order(0, &[1, 2, 3], true);
    lines.extend(["p1", "p3", "unsold"].map(product));
    let history = collect(&lines).unwrap();
    let skus: Vec<&str> = history.products.iter().map(|product| product.sku.as_str()).collect();
    assert_eq!(skus, ["p1", "p3", "unsold"]);
    assert_eq!(history.shares(), [1.0, 1.0, 0.0]);
    assert_eq!((history.counts.unknown_skus, history.counts.unknown_lines), (1, 1));
}

#[test]
fn duplicates_that_disagree_are_settled_by_content() {
    let product = |title: &str| {
        Line::Product(Box::new(Product { sku: "p1".into(), title: Some(title.into()), ..Product::default() }))
    };
    let line = |customer: &str, at: i64| Line::Order {
        order: "o".into(),
        customer: Some(customer.into()),
        at: Some(at),
        sku: "p1".into(),
    };
    let lines = vec![product("b"), product("a"), line("zoe", 5), line("ann", 9), line("zoe", 5)];
    let mut back = lines.clone();
    back.reverse();
    let (one, other) = (collect(&lines).unwrap(), collect(&back).unwrap());
    assert_eq!(one.counts.repeated_products, 1);
    assert_eq!(one.products, other.products);
    assert_eq!(one.products[0].title.as_deref(), Some("a"));
    assert_eq!(one.baskets.at(0), Some(Timestamp(5)));
    assert_eq!(other.baskets.at(0), Some(Timestamp(5)));
}

#[test]
fn an_evaluation_names_every_task_and_peer() {
    let history = collect(&shop(1_500, true)).unwrap();
    let evaluation = super::run(&history, &Options::default(), &|_| {}).unwrap();
    let named: Vec<_> = evaluation.tasks.iter().map(|task| task.task).collect();
    let sizes = ["cart", "cart_1", "cart_2", "cart_3", "pdp"];
    let again = ["next_basket", "next_basket_repeat", "next_basket_explore"];
    assert_eq!(named, [&sizes[..], &again, &["session"]].concat());
    for task in evaluation.tasks.iter().filter(|task| !task.task.starts_with("next_basket")) {
        let names: Vec<_> = task.models.iter().map(|model| model.name).filter(|name| *name != "conditional").collect();
        assert_eq!(names, ["endcap", "popularity", "cosine", "bm25", "rp3beta"]);
        assert!(task.models[0].figures.hr10.mean > task.models[1].figures.hr10.mean, "{}", evaluation.to_text());
        assert!(task.models.iter().all(|model| (0.0..=1.0).contains(&model.lists.coverage10)));
    }
    let relations: Vec<_> = evaluation.costs.iter().map(|cost| cost.relation).collect();
    assert_eq!(relations, ["cart", "bought_together", "similar"]);
    for cost in &evaluation.costs {
        assert_eq!((cost.sizes[0].hr_kept.share, cost.sizes.len()), (1.0, 14), "{}", cost.relation);
    }
}

/// What validation measured is what the bundle answers: the decoded rows of a draft, scored here, against the ranker on
/// the file. Sums are taken in another order, so the last bit of a score may differ, and with it the order of a tie.
#[test]
fn the_ranker_answers_what_validation_measured() {
    use crate::bundle::quantise::Quantiser;
    use crate::bundle::{Policy, Strategy, write};
    use crate::placement::{Recommender, Request};
    let policy = Policy::neutral("cart", Strategy::CartAddons);
    let history = collect(&shop(2_000, true)).unwrap();
    let options = Options { policies: vec![policy], ..Options::default() };
    let Trained { draft, .. } = train(&history, &options, &|_| {}).unwrap();
    let rows = |kind| {
        let relation = draft.relations.iter().find(|relation| relation.kind == kind).unwrap();
        let quantiser = Quantiser::fit(relation.bits, &relation.rows);
        relation.rows.iter().map(|row| quantiser.round(row)).collect::<Vec<_>>()
    };
    let (cart, together) = (rows(RelationKind::Cart), rows(RelationKind::BoughtTogether));
    let shares: Vec<f32> = draft.items.iter().map(|item| item.share).collect();
    let prior = super::score::Prior::shipped(&shares);
    let mut scratch = super::score::Scratch::new(draft.items.len());
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let (mut same, mut asked) = (0, 0);
    for basket in 0..history.baskets.len().min(500) {
        let known = history.baskets.items(basket);
        let question = super::questions::Question { known: known.to_vec(), target: 0 };
        let votes: Vec<(u32, f32)> = question.voters().iter().map(|item| (*item, 1.0)).collect();
        let touched = scratch.gather(known, &votes, &cart, &together);
        let blend = draft.tuning.cart[question.size_class()];
        let expected = super::score::top_ten(known, touched, &blend, &prior);
        let expected: Vec<u32> = expected.into_iter().map(|(_, item)| item).collect();
        let skus: Vec<&str> = known.iter().map(|item| draft.items[*item as usize].sku.as_str()).collect();
        let request = Request { placement: "cart", cart: &skus, ..Request::default() };
        let found: Vec<u32> = recommender.recommend(&request).unwrap().picks.iter().map(|pick| pick.item.0).collect();
        asked += 1;
        same += usize::from(found == expected);
    }
    assert!(same * 100 >= asked * 98, "{same} of {asked} lists are the same");
}
