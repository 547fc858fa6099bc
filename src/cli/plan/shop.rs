//! The orders of the shop, as a plan looks at them.

use super::PlanArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::progress::Talk;
use crate::feed;
use crate::report::past::PastOrder;
use crate::shop::{Currency, OrderLine, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// The share of orders whose costs must be known for margins to mean something.
const COSTED: f64 = 0.95;

/// Orders by value and, where all costs are known, by contribution margin.
pub(super) struct Orders {
    pub revenue: Vec<PastOrder>,
    /// Of the orders whose costs are known; empty where those are few.
    pub margin: Vec<PastOrder>,
    /// The first moment after the last order.
    pub end: Timestamp,
    /// The share of orders whose customer is not known.
    pub guests: f64,
}

/// An order whose lines are still to come.
struct Open {
    customer: Option<String>,
    at: Timestamp,
    revenue: Option<f64>,
    margin: Option<f64>,
    lines: u32,
}

/// Price and cost of a product in minor units.
type Worth = (Option<i64>, Option<i64>);

impl Orders {
    /// Reads catalog and orders.
    pub fn read(args: &PlanArgs, currency: Currency, talk: &Talk) -> Result<Self, Failure> {
        let options = feed::Options { currency, max_bad_rows: args.max_bad_rows, progress: None };
        let mut worth: HashMap<String, Worth> = HashMap::new();
        for path in &args.catalog {
            talk.file_read(&feed::read_catalog(path, &options, &mut |product| {
                let minor = |money: Option<crate::shop::Money>| money.map(|money| money.minor());
                worth.insert(product.sku.clone(), (minor(product.price), minor(product.cost)));
            })?);
        }
        let (mut open, mut timeless): (BTreeMap<String, Open>, u64) = (BTreeMap::new(), 0);
        for path in &args.orders {
            let bar = talk.reading(path);
            let position = |bytes| bar.set_position(bytes);
            let options = feed::Options { progress: Some(&position), ..options };
            let summary = feed::read_orders(path, &options, &mut |line| {
                let Some(at) = line.at else { return timeless += 1 };
                take(&mut open, &line, at, worth.get(line.sku).copied().unwrap_or_default());
            });
            bar.finish_and_clear();
            talk.file_read(&summary?);
        }
        if timeless > 0 {
            eprintln!("{} lines have no time and are passed over", output::grouped(timeless));
        }
        Self::of(open)
    }

    fn of(open: BTreeMap<String, Open>) -> Result<Self, Failure> {
        let names: BTreeMap<&str, u32> =
            open.values().filter_map(|order| order.customer.as_deref()).map(|name| (name, 0)).collect();
        let numbers: HashMap<&str, u32> = names.into_keys().zip(0..).collect();
        let guests = open.values().filter(|order| order.customer.is_none()).count() as f64 / open.len().max(1) as f64;
        let mut orders = Self { revenue: Vec::new(), margin: Vec::new(), end: Timestamp(i64::MIN), guests };
        let mut priceless = 0;
        for order in open.values() {
            let customer = order.customer.as_deref().and_then(|name| numbers.get(name).copied());
            orders.end = orders.end.max(Timestamp(order.at.0 + 1));
            let size = order.margin.or(order.revenue).unwrap_or(0.0);
            let past = |value| PastOrder { customer, at: order.at, value, size, lines: order.lines };
            priceless += u64::from(order.revenue.is_none());
            orders.revenue.extend(order.revenue.map(past));
            orders.margin.extend(order.margin.map(past));
        }
        if priceless > 0 {
            let count = output::grouped(priceless);
            eprintln!("{count} orders have a line without a price and are passed over; --catalog may know it");
        }
        // A rest of the orders says nothing of all of them: then revenue decides, and revenue is what is cut off.
        if (orders.margin.len() as f64) < COSTED * orders.revenue.len() as f64 {
            orders.margin.clear();
            orders.revenue.iter_mut().for_each(|order| order.size = order.value);
        }
        if orders.revenue.is_empty() {
            return Err(Failure::data("expected orders with times and prices, found none"));
        }
        Ok(orders)
    }
}

fn take(open: &mut BTreeMap<String, Open>, line: &OrderLine<'_>, at: Timestamp, (price, cost): Worth) {
    if !open.contains_key(line.order) {
        let customer = line.customer.map(str::to_owned);
        let first = Open { customer, at, revenue: Some(0.0), margin: Some(0.0), lines: 0 };
        open.insert(line.order.to_owned(), first);
    }
    let Some(order) = open.get_mut(line.order) else { return };
    let paid = line.unit_price.map(|price| price.minor()).or(price).map(|price| price as f64 * line.quantity);
    let spent = cost.map(|cost| cost as f64 * line.quantity);
    order.at = order.at.min(at);
    order.lines += 1;
    order.revenue = order.revenue.zip(paid).map(|(sum, paid)| sum + paid);
    order.margin = order.margin.zip(paid.zip(spent)).map(|(sum, (paid, spent))| sum + paid - spent);
}
